import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UpstreamModel } from '../upstream/definition.ts'
import { endAttempts, toRow, type RowParts } from './row.ts'
import { toRowText } from './row-text.ts'

const NAMES = ['small', 'a "quoted" name', 'ümläut\u2028', '__proto__x', '']
const definition: UpstreamModel = {
  model: 'small',
  baseUrl: 'http://a',
  inputUsdPerMTok: 1,
  outputUsdPerMTok: 2,
}

const count = fc.integer({ min: 0, max: 1e9 })
const usage = fc.record(
  { inputTokens: count, outputTokens: count, cachedInputTokens: count, reasoningTokens: count },
  { requiredKeys: [] },
)
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined })
const ratio = fc.double({ min: 0, max: 1, noNaN: true })

const request = fc.record({
  model: fc.constantFrom(...NAMES),
  reason: maybe(fc.constantFrom('score_at_or_above_threshold', 'failover', 'named_model')),
  latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
  usage: maybe(usage),
  isPriced: fc.boolean(),
  /** What is not ordinary. */
  odd: fc.constantFrom(
    '',
    '',
    '',
    'error',
    'status',
    'text',
    'retried',
    'two',
    'abstained',
    'failed',
    'scored',
  ),
  acceptReason: fc.constantFrom(null, 'only_answer', 'score_reached'),
  escalatedFrom: maybe(fc.string()),
  dialect: fc.constantFrom('chat', 'messages', 'responses'),
  key: maybe(fc.string()),
  score: fc.option(ratio),
  at: fc.integer({ min: 0, max: 4e12 }),
})

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

function endingOf({ odd, latencyMs, usage }: Request): object {
  return {
    latencyMs,
    usage,
    text: odd === 'text' ? 'answer' : undefined,
    ...(odd === 'error' ? { error: 'upstream.stalled' } : {}),
    ...(odd === 'status' ? { status: 400 } : {}),
  }
}

function toParts(one: Request): RowParts {
  const { model, odd, score } = one
  const attempt = {
    model,
    startedAtMs: 1,
    latencyMs: 1,
    answer: { kind: 'whole' },
    ...(one.reason === undefined ? {} : { reason: one.reason }),
    ...(odd === 'retried' ? { tries: [{ upstream: 'a', latencyMs: 1.23456 }] } : {}),
    ...(odd === 'scored'
      ? { score: { signals: { x: 1 }, pGoodEnough: 0.5, calls: [] }, answers: [{ text: 'a' }] }
      : {}),
  }
  const failed = {
    model: 'large',
    startedAtMs: 0,
    latencyMs: 2,
    error: { code: 'upstream.refused', message: '' },
  }
  const attempts = odd === 'two' ? [failed, attempt] : odd === 'failed' ? [failed] : [attempt]
  const accepted = odd === 'failed' || odd === 'abstained' ? undefined : attempt
  const verdicts = attempts.map((each) =>
    each === accepted ? 'accept' : odd === 'abstained' ? 'abstain' : 'failed',
  )
  const decision = {
    model,
    reason: 'named_model',
    score,
    threshold: null,
    truncated: false,
    ranking: [model, 'large'],
    policy: 'named',
    refused: [],
  }
  const served = {
    decision,
    attempts,
    accepted,
    verdicts,
    acceptReason: one.acceptReason,
    abstained: odd === 'abstained',
  }
  return {
    id: '01a201af-f0ba-7257-9af9-197c7cd3e0ef',
    servedAt: new Date(one.at),
    served,
    ending: accepted === undefined ? undefined : endingOf(one),
    definitionOf: () => (one.isPriced ? definition : undefined),
    messages: odd === 'text' ? [{ role: 'user', content: 'question' }] : undefined,
    escalatedFrom: one.escalatedFrom,
    dialect: one.dialect,
    key: one.key,
  } as unknown as RowParts
}

describe('a row as text', () => {
  it('has the bytes of the row as an object, ordinary or not', () => {
    fc.assert(
      fc.property(request, (one) => {
        const parts = toParts(one)
        expect(toRowText({ ...parts, ended: endAttempts(parts) })).toBe(JSON.stringify(toRow(parts)))
      }),
      { numRuns: 500 },
    )
  })
})
