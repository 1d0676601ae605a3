import { describe, expect, it } from 'vitest'
import type { Query, Turn } from '@weir/core'
import { createSessions, type Sessions } from './sessions.ts'

function query(...turns: readonly Turn[]): Query {
  return { turns, tools: 0, images: 0, wantsJson: false }
}

const FIRST: Turn = { role: 'user', text: 'Mend the parser.' }
const BEGUN = query({ role: 'system', text: 'Be brief.' }, FIRST, { role: 'assistant', text: 'Reading.' })
const LATER = query(...BEGUN.turns, { role: 'user', text: 'And the tests.' })

function create(options: { readonly entries?: number } = {}): {
  sessions: Sessions
  wait: (ms: number) => void
} {
  let nowMs = 0
  const sessions = createSessions({ cacheMs: 1000, entries: 10, nowMs: () => nowMs, ...options })
  return { sessions, wait: (ms) => (nowMs += ms) }
}

describe('sessions', () => {
  it('are told by their name, else by how the conversation begins, and never across callers', () => {
    const { sessions } = create()
    const key = sessions.keyOf(BEGUN, undefined, 'key-1')
    expect(sessions.keyOf(LATER, undefined, 'key-1')).toBe(key)
    expect(sessions.keyOf(LATER, undefined, 'key-2')).not.toBe(key)
    expect(sessions.keyOf(LATER, 'mine', 'key-1')).not.toBe(key)
    expect(sessions.keyOf(query(FIRST), 'mine', 'key-1')).toBe(sessions.keyOf(LATER, 'mine', 'key-1'))
  })

  it('hold what a model was sent and gave, until its provider forgets', () => {
    const { sessions, wait } = create()
    sessions.remember('a', { model: 'large', usage: { inputTokens: 3000, outputTokens: 200 }, isStay: false })
    wait(600)
    sessions.remember('a', { model: 'small', usage: { inputTokens: 3300, outputTokens: 100 }, isStay: false })
    const warmTokens = { large: 3200, small: 3400 }
    expect(sessions.find('a', LATER)).toEqual({ inputTokens: 3400, outputTokens: 100, warmTokens, stays: 0 })
    wait(400)
    expect(sessions.find('a', LATER)?.warmTokens).toEqual({ small: 3400 })
    wait(600)
    expect(sessions.find('a', LATER)).toBeUndefined()
    expect(sessions.find('b', LATER)).toBeUndefined()
  })

  it('count how often in a row a model was kept for its cache alone', () => {
    const { sessions } = create()
    const usage = { inputTokens: 2000, outputTokens: 10 }
    const stays = [true, true, false, true].map((isStay) => {
      sessions.remember('a', { model: 'large', usage, isStay })
      return sessions.find('a', LATER)?.stays
    })
    expect(stays).toEqual([1, 2, 0, 1])
  })

  it('find nothing for a first turn: many conversations begin alike', () => {
    const { sessions } = create()
    sessions.remember('a', { model: 'large', usage: { inputTokens: 2000, outputTokens: 10 }, isStay: false })
    expect(sessions.find('a', query(FIRST))).toBeUndefined()
    expect(sessions.find('a', LATER)).toBeDefined()
  })

  it('do not count prompts that no provider caches', () => {
    const { sessions } = create()
    sessions.remember('a', { model: 'large', usage: { inputTokens: 1000, outputTokens: 23 }, isStay: false })
    expect(sessions.find('a', LATER)).toBeUndefined()
  })

  it('are bounded: the one that rested longest is forgotten', () => {
    const { sessions } = create({ entries: 2 })
    const usage = { inputTokens: 2000, outputTokens: 10 }
    for (const key of ['a', 'b', 'a', 'c']) sessions.remember(key, { model: 'large', usage, isStay: false })
    const known = ['a', 'b', 'c'].filter((key) => sessions.find(key, LATER) !== undefined)
    expect(known).toEqual(['a', 'c'])
  })
})
