/** The key store's file under changes that meet, and times that are written in other ways than weir writes them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Access } from '../src/access/access.ts'
import { createKey, type HashedKey } from '../src/access/key.ts'
import { KeyFile } from '../src/access/store-file.ts'
import { makeFolder, startScript, type TemporaryStore } from './store-support.ts'

let place: TemporaryStore
beforeEach(async () => {
  place = await makeFolder()
})
afterEach(() => place.remove())

const BY = { actor: 'test', now: new Date(0) }

describe('changes of two processes', () => {
  it('do not undo each other: a change reads what it changes under its own lock', async () => {
    const file = new KeyFile(place.path)
    const { id } = file.create({ name: 'before', role: 'caller', limits: { usdPerDay: 1 } }, BY).key
    // Holds the lock with its change made and not committed, for long enough that the update below begins meanwhile.
    const other = await startScript(`
      import { DatabaseSync } from 'node:sqlite'
      const database = new DatabaseSync(${JSON.stringify(place.path)})
      database.exec('BEGIN IMMEDIATE')
      database.prepare('UPDATE keys SET name = ?, limits = ?').run('renamed', '{"usdPerDay":1,"tokensPerMinute":7}')
      console.log('locked')
      setTimeout(() => { database.exec('COMMIT'); database.close() }, 300)
    `)
    const key = file.update(id, { limits: { usdPerDay: 2 } }, BY)
    expect(key).toMatchObject({ name: 'renamed', limits: { usdPerDay: 2, tokensPerMinute: 7 } })
    file.close()
    other.kill()
  })
})

describe('what is not on disk yet', () => {
  it('counts on its own day and in its own month, not on the day of the snapshot', () => {
    const access = new Access({ now: () => new Date('2026-12-01T00:00:01Z'), onSpent: () => {} })
    const { id, hash, hint } = createKey('caller')
    const key: HashedKey = { id, hash, hint, role: 'caller', name: '', createdAt: '', limits: {} }
    const row = { keyId: id, requests: 1, meteredUsd: 1, estimatedUsd: 0.5, inputTokens: 0, outputTokens: 0 }
    const spent = [{ keyId: id, dayUsd: 2, monthUsd: 3 }]
    const unsaved = ['2026-11-30', '2026-12-01', '2026-12-02'].map((day) => ({ ...row, day }))
    access.load({ keys: [key], spent, day: '2026-12-01', batch: 0 }, unsaved)
    expect(access.get(id)?.spent(access.now())).toEqual({ dayUsd: 3.5, monthUsd: 6 })
  })
})

describe('a change', () => {
  it('that leaves no level is refused like a new key without one', () => {
    const file = new KeyFile(place.path)
    const { id } = file.create({ name: 'one', role: 'caller', limits: { maxQuality: 0.5 } }, BY).key
    expect(() => file.update(id, { limits: { minQuality: 0.9 } }, BY)).toThrow(/minQuality is above/)
    expect(file.get(id).limits).toEqual({ maxQuality: 0.5 })
    expect(file.update(id, { limits: { minQuality: 0.9, maxQuality: null } }, BY).limits).toEqual({
      minQuality: 0.9,
    })
    file.close()
  })
})

describe('the end of a key', () => {
  const { id, text, hash, hint } = createKey('caller')
  const isGood = (more: Partial<HashedKey>, now: string, shown = hash): boolean => {
    const access = new Access({ now: () => new Date(now), onSpent: () => {} })
    const key: HashedKey = {
      id,
      hash: shown,
      hint,
      role: 'caller',
      name: '',
      createdAt: '',
      limits: {},
      ...more,
    }
    access.load({ keys: [key], spent: [], day: now.slice(0, 10), batch: 0 })
    try {
      return access.find({ authorization: `Bearer ${text}` }).key.id === id
    } catch {
      return false
    }
  }

  it.each(['2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00Z', '2026-11-22T12:00Z'])(
    'is when %s says, to the millisecond',
    (at) => {
      expect(isGood({ expiresAt: at }, '2026-11-22T11:59:59.999Z')).toBe(true)
      expect(isGood({ expiresAt: at }, '2026-11-22T12:00:00.000Z')).toBe(false)
      expect(isGood({ expiresAt: at }, '2026-11-22T12:00:30.500Z')).toBe(false)
      const rotated = { previousHash: hash, previousUntil: at }
      expect(isGood(rotated, '2026-11-22T11:59:59.999Z', 'another')).toBe(true)
      expect(isGood(rotated, '2026-11-22T12:00:00.000Z', 'another')).toBe(false)
    },
  )

  it('has come when the file says no time', () => {
    expect(isGood({ expiresAt: 'some day' }, '2026-11-22T12:00:00.000Z')).toBe(false)
  })
})
