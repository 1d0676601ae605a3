import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Action } from '../contract/policy.ts'
import type { Signals } from '../contract/score.ts'
import {
  binOf,
  createMetaVerifierPolicy,
  type MetaVerifier,
  type MetaVerifierPolicyOptions,
} from './meta-verifier.ts'

const BAND: MetaVerifier = { signal: 'selfCheck', edges: [0.3, 0.7], escalates: [false, true, false] }

function answered(signals: Signals, rest: Partial<Attempt> = {}, pGoodEnough: number | null = null): Attempt {
  return { model: 's', score: { signals, pGoodEnough, calls: [] }, ...rest }
}

function next(attempts: readonly Attempt[], options: Partial<MetaVerifierPolicyOptions> = {}): Action {
  const pair = { small: 's', large: 'l' }
  return createMetaVerifierPolicy({ pair, verifier: BAND, ...options }).next({
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: [{ model: 's' }, { model: 'l' }],
    attempts,
  })
}

const STAY: Action = { kind: 'accept', attempt: 0, reason: 'answer_at_or_above_threshold' }
const ESCALATE = { kind: 'call', model: 'l', reason: 'answer_below_threshold' }

describe('meta-verifier policy', () => {
  it('drafts, and tells no cut of its own', () => {
    const first = next([])
    expect(first).toMatchObject({ kind: 'call', model: 's', reason: 'first_stage', readsAnswer: true })
    expect(first).not.toHaveProperty('threshold')
  })

  it('a band escalates in the middle only; an edge belongs to the bin above it', () => {
    expect(next([answered({ selfCheck: 0 })])).toEqual(STAY)
    expect(next([answered({ selfCheck: 0.3 - Number.EPSILON })])).toEqual(STAY)
    expect(next([answered({ selfCheck: 0.3 })])).toMatchObject(ESCALATE)
    expect(next([answered({ selfCheck: 0.69 })])).toMatchObject(ESCALATE)
    expect(next([answered({ selfCheck: 0.7 })])).toEqual(STAY)
    expect(next([answered({ selfCheck: 1 })])).toEqual(STAY)
  })

  it('reads the calibrated estimate when told so', () => {
    const verifier: MetaVerifier = { ...BAND, signal: 'pGoodEnough' }
    expect(next([answered({ selfCheck: 0 }, {}, 0.5)], { verifier })).toMatchObject(ESCALATE)
    expect(next([answered({ selfCheck: 0.5 }, {}, 0.1)], { verifier })).toEqual(STAY)
  })

  it('escalates listed answers whatever the verifier says', () => {
    const options = { alwaysEscalate: ['Unanswerable', 'none'] }
    const say = (text: string, extracted?: string): Attempt =>
      answered({ selfCheck: 1 }, { answers: [{ text, ...(extracted === undefined ? {} : { extracted }) }] })
    expect(next([say(' unanswerable.\n')], options)).toMatchObject(ESCALATE)
    expect(next([say('I would say: none', 'NONE')], options)).toMatchObject(ESCALATE)
    expect(next([say('unanswerable questions are rare')], options)).toEqual(STAY)
    expect(next([say('unanswerable')])).toEqual(STAY)
    const second = answered({ selfCheck: 1 }, { answers: [{ text: 'none' }, { text: '4' }], best: 1 })
    expect(next([second], options)).toEqual(STAY)
  })

  it('without the signal does what the cascade does', () => {
    expect(next([answered({ logprob: -1 })])).toMatchObject({ model: 'l', reason: 'scorer_failed' })
    expect(next([answered({})], { onScorerFailure: 'accept' })).toEqual({ ...STAY, reason: 'scorer_failed' })
    expect(next([], { noThresholdReason: 'level_not_feasible' })).toMatchObject({ model: 'l' })
  })

  it('gives the small answer when escalation fails', () => {
    const failed: Attempt = { model: 'l', error: { code: 'upstream.connect', message: 'down' } }
    expect(next([answered({ selfCheck: 0.5 }), failed])).toEqual({ ...STAY, reason: 'escalation_failed' })
  })

  it('refuses a table that does not fit its edges', () => {
    for (const verifier of [
      { ...BAND, escalates: [true, false] },
      { ...BAND, edges: [0.7, 0.3] },
      { ...BAND, edges: [0.3, 0.3] },
      { ...BAND, edges: [0.3, Number.NaN] },
    ]) {
      expect(() => next([], { verifier })).toThrow(/ascending edges and one bin more/)
    }
  })

  it('counts the edges that a value reaches', () => {
    expect([-1, 0.3, 0.5, 0.7, 9].map((value) => binOf(BAND.edges, value))).toEqual([0, 1, 1, 2, 2])
    expect(binOf([], 0.5)).toBe(0)
  })
})
