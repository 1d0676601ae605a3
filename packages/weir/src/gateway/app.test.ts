import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addDecisionHeaders, selectForCaller, selectForUpstream, toHeaderText } from './headers.ts'
import { createIdMaker } from './request-id.ts'
import { createRunning } from './running.ts'
import { FORWARDED } from './forward.ts'
import { framesOf, toWeirError } from './wire-error.ts'

const page = readFileSync(new URL('../../../../docs/api.md', import.meta.url), 'utf8')

describe('docs/api.md', () => {
  it('lists every x-weir header that is sent, and none besides', () => {
    const headers: string[] = []
    addDecisionHeaders(headers, {
      id: 'x',
      decision: {
        model: 'm',
        reason: 'score_at_or_above_threshold',
        score: 0.5,
        threshold: 0.4,
        quality: 0.9,
        mode: 'promise',
        level: 0.9,
        confidence: 0.95,
        truncated: false,
        unfamiliar: false,
        propensity: 1,
        ranking: ['m'],
        // As a pool's decision, which says more than a pair's.
        costWeight: 2,
        estimates: [{ model: 'm', quality: 0.5 }],
        policy: 'threshold',
        refused: [],
      },
      policy: 'cascade',
      model: 'm',
      reason: 'first_stage',
      acceptReason: 'last_stage',
      abstained: true,
      attempts: 1,
      tries: 2,
      overheadMs: 1.0005,
      totals: { calls: 2, costUsd: 0.5 },
      latencyMs: 7,
    })
    const sent = headers.filter((_, index) => index % 2 === 0)
    const listed = [...page.matchAll(/^\| `(x-weir-[a-z-]+)` \|/gm)].map((match) => match[1])
    // The cache adds its own, where one is configured.
    expect(listed.toSorted()).toEqual([...sent, 'x-weir-cache'].toSorted())
    expect(headers[headers.indexOf('x-weir-overhead-ms') + 1]).toBe('1.001')
  })

  it('lists every path, and none besides', () => {
    const source = readFileSync(new URL('./app.ts', import.meta.url), 'utf8')
    const versioned = [...source.matchAll(/withoutVersion\('([^']+)'\)/g)].map((match) => `/v1${match[1]}`)
    versioned.push(...FORWARDED.map((path) => `/v1${path}`))
    const plain = [...source.matchAll(/'(\/health\/(?!liveliness)[a-z]+)'/g)].map((match) => match[1] ?? '')
    const listed = [...page.matchAll(/^\| `(\/[^`]+)` \|/gm)].map((match) =>
      (match[1] ?? '').replace('{id}', (match[1] ?? '').includes('/models/') ? '*' : ':id'),
    )
    expect(listed.toSorted()).toEqual([...versioned, ...plain].toSorted())
  })
})

describe('headers', () => {
  it('pass from the caller only when listed', () => {
    expect(
      selectForUpstream({
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        cookie: 'c',
        authorization: 'a',
        host: 'h',
        'openai-organization': 'o',
      }),
    ).toEqual(['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'])
  })
  it('pass to the caller only when listed', () => {
    const headers = {
      'content-type': 'text/x',
      'content-length': '9',
      'set-cookie': ['a'],
      'x-ratelimit-limit-requests': '5',
      'transfer-encoding': 'chunked',
      'openai-organization': 'org',
      connection: 'close',
    }
    expect(selectForCaller(headers)).toEqual(['content-type', 'text/x', 'x-ratelimit-limit-requests', '5'])
  })
  it('carry any model name', () => {
    expect(toHeaderText('org/model v1')).toBe('org/model v1')
    expect(toHeaderText('mod\u00e8le\r\nx: y')).toBe('mod%C3%A8le%0D%0Ax%3A%20y')
    expect(toHeaderText('\ud800')).toBe('%3F')
  })
})

describe('request ids', () => {
  it('are UUIDs that sort by time', () => {
    let ms = 1_700_000_000_000.7
    const make = createIdMaker(() => ms)
    const ids = Array.from({ length: 200 }, () => {
      ms += 1
      return make()
    })
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(Array.from({ length: 1000 }, make)).size).toBe(1000)
    // 2023-11-14T22:13:20.001Z
    expect(Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16)).toBe(1_700_000_000_001)
  })
})

describe('running', () => {
  it('waits for the last one', async () => {
    const running = createRunning()
    await running.idle()
    running.begin()
    running.begin()
    let isIdle = false
    const idle = running.idle().then(() => (isIdle = true))
    running.end()
    await Promise.resolve()
    expect(isIdle).toBe(false)
    running.end()
    await idle
  })
})

describe('our bugs', () => {
  it('are told without their message, which may quote the request', () => {
    const bug = new Error('secret prompt')
    const told = toWeirError(bug, 1)
    expect(told.code).toBe('internal.bug')
    expect(told.message).not.toContain('secret')
    expect(framesOf(bug)).toMatch(/^Error at /)
    expect(framesOf(bug)).not.toContain('secret')
    expect(framesOf('text')).toBe('string')
  })
})
