import { describe, expect, it } from 'vitest'
import { limitLog } from './log-limit.ts'
import { createLog } from './log.ts'
import type { ObservedEnd, ObservedRequest } from './observer.ts'
import { createRequestLog, type LoggedRequests } from './request-log.ts'

const REQUEST: ObservedRequest = {
  id: 'r1',
  dialect: 'chat',
  startedAtMs: 0,
  policy: 'route',
  ask: { kind: 'quality', quality: 0.9 },
  wantsStream: false,
  messages: [{ role: 'user', content: 'SECRET' }],
  headers: { authorization: 'SECRET' },
}

const END: ObservedEnd = {
  decision: undefined,
  attempts: [
    {
      model: 'm\nlevel=error forged',
      reason: 'only_candidate',
      startedAtMs: 0,
      verdict: 'accept',
      isGiven: true,
      usage: { inputTokens: 1, outputTokens: 2 },
      costUsd: 0.5,
      answers: [{ text: 'SECRET' }],
    },
  ],
  abstained: false,
  error: undefined,
  status: 200,
  overheadMs: 0.12345,
  headMs: 1,
  durationMs: 2,
  text: 'SECRET',
}

function linesOf(requests: LoggedRequests, ends: readonly ObservedEnd[], pretty = false): readonly string[] {
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), now: () => new Date(0), pretty })
  const observer = createRequestLog(log, requests)
  for (const end of ends) observer?.begin(REQUEST)?.end(end)
  return lines
}

const FAILED: ObservedEnd = { ...END, error: 'upstream.refused', status: 502 }
const MANY = [...Array.from({ length: 200 }, () => END), FAILED]

describe('createRequestLog', () => {
  it.each([
    ['none', 0],
    ['errors', 1],
    ['sampled', 3],
    ['all', 201],
  ] as const)('%s writes %i of 200 good requests and a failed one', (requests, count) => {
    expect(linesOf(requests, MANY)).toHaveLength(count)
  })

  it('writes ids, names, numbers and codes on one line, and nothing of what was said', () => {
    const [line = ''] = linesOf('all', [END])
    expect(JSON.parse(line)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'info',
      event: 'gateway.request',
      requestId: 'r1',
      dialect: 'chat',
      policy: 'route',
      stream: false,
      model: 'm\nlevel=error forged',
      reason: 'only_candidate',
      status: 200,
      error: null,
      attempts: 1,
      inputTokens: 1,
      outputTokens: 2,
      costUsd: 0.5,
      ms: 2,
      overheadMs: 0.123,
    })
    for (const text of [line, linesOf('all', [END], true)[0] ?? '']) {
      expect(text.trimEnd()).not.toContain('\n')
      expect(text).not.toContain('SECRET')
    }
  })
})

describe('limitLog', () => {
  it('lets so many lines of one event through a second, and says how many it left out', () => {
    const lines: string[] = []
    let nowMs = 0
    const log = limitLog(
      createLog({ write: (line) => lines.push(line), now: () => new Date(0), pretty: true }),
      {
        perSecond: 2,
        nowMs: () => nowMs,
      },
    )
    for (let i = 0; i < 5; i += 1) log.warn('a', { i })
    log.info('b')
    nowMs = 1000
    log.warn('a', { i: 5 })
    log.warn('a', { i: 6 })
    expect(lines.map((line) => line.slice(9).trim())).toEqual([
      'warn a i=0',
      'warn a i=1',
      'b',
      'warn log.suppressed of=a lines=3',
      'warn a i=5',
      'warn a i=6',
    ])
  })
})
