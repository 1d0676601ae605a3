import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Action, State } from '../contract/policy.ts'
import { withFailover } from './failover.ts'
import { createNamedPolicy } from './named.ts'
import { createThresholdPolicy, type ThresholdPolicyOptions } from './threshold.ts'

const PAIR = { small: 's', large: 'l' }
const FAILED: Attempt = { model: 's', error: { code: 'upstream.connect', message: 'down' } }

function state(pSmall: number | undefined, rest: Partial<State> = {}): State {
  return {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: [{ model: 's' }, { model: 'l' }],
    attempts: [],
    ...(pSmall === undefined ? {} : { estimates: { pSmall } }),
    ...rest,
  }
}

function next(pSmall: number | undefined, options: Partial<ThresholdPolicyOptions> = {}, rest = {}): Action {
  return createThresholdPolicy({ pair: PAIR, threshold: 0.5, ...options }).next(state(pSmall, rest))
}

const unit = fc.double({ min: 0, max: 1, noNaN: true })

describe('threshold policy', () => {
  it('sends what reaches the threshold to the small model; the boundary is small', () => {
    const small = { kind: 'call', model: 's', reason: 'score_at_or_above_threshold', ranking: ['s', 'l'] }
    const large = { kind: 'call', model: 'l', reason: 'score_below_threshold', ranking: ['l', 's'] }
    expect(next(0.51)).toMatchObject(small)
    expect(next(0.5)).toMatchObject(small)
    expect(next(0.5 - Number.EPSILON)).toMatchObject(large)
  })

  it('0 keeps all small, 1 keeps the certain, null none', () => {
    expect(next(0, { threshold: 0 })).toMatchObject({ model: 's', threshold: 0 })
    expect(next(1, { threshold: 1 })).toMatchObject({ model: 's' })
    expect(next(0.999, { threshold: 1 })).toMatchObject({ model: 'l' })
    const none = next(1, { threshold: null })
    expect(none).toMatchObject({ model: 'l', reason: 'level_not_feasible' })
    expect(none).not.toHaveProperty('threshold')
  })

  it('never moves a query from large to small as the threshold rises', () => {
    fc.assert(
      fc.property(unit, unit, unit, (pSmall, a, b) => {
        const low = next(pSmall, { threshold: Math.min(a, b) })
        const high = next(pSmall, { threshold: Math.max(a, b) })
        if (low.kind === 'call' && low.model === 'l') expect(high).toMatchObject({ model: 'l' })
      }),
    )
  })

  it.each([-0.01, 1.01, Number.NaN])('refuses the threshold %d', (threshold) => {
    expect(() => next(0.5, { threshold })).toThrow(/threshold must be in \[0, 1\]/)
  })

  it('without an estimate goes where it was told, and says so', () => {
    expect(next(undefined)).toMatchObject({ model: 'l', reason: 'estimator_failed' })
    expect(next(undefined, { onEstimatorFailure: 'small' })).toMatchObject({
      model: 's',
      reason: 'estimator_failed',
    })
  })

  it('takes the only one of its pair that is feasible, whatever the score', () => {
    for (const model of ['s', 'l']) {
      const only = { candidates: [{ model: 'x' }, { model }] }
      expect(next(0.1, {}, only)).toMatchObject({ model, reason: 'only_candidate', ranking: [model] })
    }
  })

  it('abstains when none of its pair is feasible', () => {
    for (const candidates of [[], [{ model: 'x' }]]) {
      expect(next(0.9, {}, { candidates })).toEqual({ kind: 'abstain', reason: 'no_candidate' })
    }
  })

  it('accepts the answer', () => {
    expect(next(0.9, {}, { attempts: [{ model: 's' }] })).toEqual({ kind: 'accept', attempt: 0 })
  })
})

describe('failover', () => {
  const policy = withFailover(createThresholdPolicy({ pair: PAIR, threshold: 0.5 }))

  it('goes once to the next of the ranking, then gives up', () => {
    expect(policy.next(state(0.9, { attempts: [FAILED] }))).toMatchObject({
      kind: 'call',
      model: 'l',
      reason: 'failover',
      ranking: ['s', 'l'],
    })
    const both = [FAILED, { ...FAILED, model: 'l' }]
    expect(policy.next(state(0.9, { attempts: both }))).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('once, however long the ranking', () => {
    const call = {
      kind: 'call',
      model: 'a',
      samples: 1,
      propensity: 1,
      reason: 'score_below_threshold',
    } as const
    const long = withFailover({ name: 'long', next: () => ({ ...call, ranking: ['a', 'b', 'c'] }) })
    const [a, b] = ['a', 'b'].map((model) => ({ ...FAILED, model }))
    expect(long.next(state(0.1, { attempts: [a!] }))).toMatchObject({ model: 'b', reason: 'failover' })
    expect(long.next(state(0.1, { attempts: [a!, b!] }))).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('goes from large to small too', () => {
    const attempts = [{ ...FAILED, model: 'l' }]
    expect(policy.next(state(0.1, { attempts }))).toMatchObject({ model: 's', reason: 'failover' })
  })

  it('has nowhere to go from a pool of one', () => {
    const alone = { attempts: [FAILED], candidates: [{ model: 's' }] }
    expect(policy.next(state(0.9, alone))).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('accepts the answer after a failure, and changes nothing when there is none', () => {
    expect(policy.next(state(0.9, { attempts: [FAILED, { model: 'l' }] }))).toEqual({
      kind: 'accept',
      attempt: 1,
    })
    expect(policy.next(state(0.9))).toEqual(
      createThresholdPolicy({ pair: PAIR, threshold: 0.5 }).next(state(0.9)),
    )
  })
})

describe('named policy', () => {
  const policy = createNamedPolicy('l')

  it('calls the model named and nothing else', () => {
    expect(policy.next(state(undefined))).toMatchObject({ model: 'l', reason: 'model_named', ranking: ['l'] })
    expect(policy.next(state(undefined, { attempts: [{ model: 'l' }] }))).toEqual({
      kind: 'accept',
      attempt: 0,
    })
  })

  it('does not fail over', () => {
    const attempts = [{ ...FAILED, model: 'l' }]
    expect(policy.next(state(undefined, { attempts }))).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('abstains when it is not among the feasible', () => {
    expect(policy.next(state(undefined, { candidates: [{ model: 's' }] }))).toEqual({
      kind: 'abstain',
      reason: 'no_candidate',
    })
  })
})
