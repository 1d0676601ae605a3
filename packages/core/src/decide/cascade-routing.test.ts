import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
import { expectedMaxOfTwo } from '../math/expected-max.ts'
import { createRng } from '../math/rng.ts'
import { withCaps } from './caps.ts'
import { createCascadePolicy } from './cascade.ts'
import { createCascadeRoutingPolicy, type CascadeRoutingOptions } from './cascade-routing.ts'
import { createUtilityPolicy } from './utility.ts'

const QUERY: State['query'] = { turns: [], tools: 0, images: 0, wantsJson: false }
const MODELS = ['a', 'b', 'c']

function none(): Float64Array {
  return new Float64Array(9)
}

const OPTIONS: CascadeRoutingOptions = { models: MODELS, covarianceOf: none, costWeights: [0.1] }

/** Estimates of a, b, c: qualities, and costs of 1, 2 and 4 USD unless said. */
function believe(qualities: readonly number[], costs: readonly number[] = [1, 2, 4]): CandidateEstimate[] {
  return qualities.map((quality, i) => ({ model: MODELS[i] ?? '', quality, costUsd: costs[i] ?? 0 }))
}

function stateOf(
  candidates: readonly CandidateEstimate[] | undefined,
  attempts: readonly Attempt[] = [],
): State {
  return {
    query: QUERY,
    candidates: MODELS.map((model) => ({ model })),
    attempts,
    ...(candidates === undefined ? {} : { estimates: { pSmall: 0.5, candidates } }),
  }
}

function answered(model: string, candidates?: readonly CandidateEstimate[]): Attempt {
  const pGoodEnough = candidates?.find((one) => one.model === model)?.quality ?? null
  const score = { signals: {}, pGoodEnough, calls: [], ...(candidates === undefined ? {} : { candidates }) }
  return { model, score }
}

function failed(model: string): Attempt {
  return { model, error: { code: 'upstream.connect', message: '' } }
}

function summary(action: Action): readonly unknown[] {
  if (action.kind === 'call') return [action.model, action.reason, action.readsAnswer === true]
  if (action.kind === 'accept') return [action.attempt, action.reason]
  return [action.reason]
}

describe('createCascadeRoutingPolicy', () => {
  const policy = createCascadeRoutingPolicy(OPTIONS)

  it('calls the model of the best value, says what stopping and going on are worth, and accepts when stopping is best', () => {
    // Without errors E[max] is the largest: a 0.6 - 0.1, b 0.9 - 0.2, c 0.95 - 0.4.
    const first = policy.next(stateOf(believe([0.6, 0.9, 0.95])))
    expect(first).toMatchObject({
      kind: 'call',
      model: 'b',
      reason: 'best_value',
      propensity: 1,
      readsAnswer: true,
    })
    expect(first).toMatchObject({ because: { continue: 0.7, costWeight: 0.1 } })
    // b turned out poor: 0.3 against a 0.5 - 0.1 and c 0.95 - 0.4.
    const doubted = answered('b', believe([0.5, 0.3, 0.95]))
    const second = policy.next(stateOf(believe([0.6, 0.9, 0.95]), [doubted]))
    expect(second).toMatchObject({ kind: 'call', model: 'c', because: { stop: 0.3, costWeight: 0.1 } })
    // b turned out good.
    const trusted = answered('b', believe([0.5, 0.97, 0.95]))
    const end = policy.next(stateOf(believe([0.6, 0.9, 0.95]), [trusted]))
    expect(end).toMatchObject({
      kind: 'accept',
      attempt: 0,
      reason: 'stopping_is_best',
      because: { stop: 0.97 },
    })
  })

  it('gives the answer with the best estimate, which may be an earlier one', () => {
    const attempts = [answered('a', believe([0.6, 0.7, 0.8])), answered('c', believe([0.9, 0.5, 0.4]))]
    expect(summary(policy.next(stateOf(believe([0.6, 0.7, 0.8]), attempts)))).toEqual([0, 'stopping_is_best'])
    const all = [...attempts, answered('b', believe([0.4, 0.95, 0.4]))]
    expect(summary(policy.next(stateOf(believe([0.6, 0.7, 0.8]), all)))).toEqual([2, 'last_stage'])
  })

  it('calls a cheap model first because of what its answer may tell', () => {
    // Alone c is best (0.8 - 0.04); with errors of its own a is worth a look: E[max] of a and c, by hand below.
    const covariance = [0.36, 0, 0, 0, 0, 0, 0, 0, 0]
    const options = { ...OPTIONS, models: MODELS, covarianceOf: () => covariance, costWeights: [0.01] }
    const estimates = believe([0.75, 0.1, 0.8])
    const action = createCascadeRoutingPolicy(options).next(stateOf(estimates))
    const variance = 0.36 * 0.75 * 0.25
    expect(action).toMatchObject({ kind: 'call', model: 'a' })
    const expected = expectedMaxOfTwo(0.75, 0.8, variance) - 0.05
    expect(action.kind === 'call' && action.because?.['continue']).toBeCloseTo(expected, 12)
  })

  it('weighs each step by its own weight, the last one for all further steps', () => {
    const stepped = createCascadeRoutingPolicy({ ...OPTIONS, costWeights: [0, 10] })
    expect(summary(stepped.next(stateOf(believe([0.6, 0.9, 0.95]))))).toEqual(['c', 'best_value', true])
    const doubted = [answered('c', believe([0.9, 0.9, 0.1]))]
    expect(summary(stepped.next(stateOf(believe([0.6, 0.9, 0.95]), doubted)))).toEqual([
      0,
      'stopping_is_best',
    ])
  })

  it('passes over failed models', () => {
    const estimates = believe([0.6, 0.9, 0.95])
    expect(summary(policy.next(stateOf(estimates, [failed('b')])))).toEqual(['c', 'failover', true])
    expect(summary(policy.next(stateOf(estimates, [failed('b'), failed('c')])))).toEqual([
      'a',
      'failover',
      false,
    ])
    const every = [failed('a'), failed('b'), failed('c')]
    expect(summary(policy.next(stateOf(estimates, every)))).toEqual(['all_failed'])
    const late = [answered('a', believe([0.2, 0.9, 0.95])), failed('b'), failed('c')]
    expect(summary(policy.next(stateOf(estimates, late)))).toEqual([0, 'escalation_failed'])
  })

  it('says when nothing could be weighed', () => {
    expect(summary(policy.next(stateOf(undefined)))).toEqual(['c', 'estimator_failed', false])
    const proven = createCascadeRoutingPolicy({ ...OPTIONS, noWeightReason: 'level_not_provable' })
    expect(summary(proven.next(stateOf(believe([1, 0, 0]))))).toEqual(['c', 'level_not_provable', false])
    const state = stateOf(believe([1, 0, 0]))
    const strange: State = { ...state, estimates: { ...state.estimates!, isUnfamiliar: true } }
    expect(summary(policy.next(strange))).toEqual(['c', 'unfamiliar_query', false])
    const bold = createCascadeRoutingPolicy({ ...OPTIONS, onUnfamiliar: 'score' })
    expect(summary(bold.next(strange))).toEqual(['a', 'best_value', true])
    expect(summary(policy.next({ ...state, candidates: [{ model: 'other' }] }))).toEqual(['no_candidate'])
  })

  it('does with an answer that could not be judged what it was told', () => {
    const state = stateOf(believe([0.9, 0.1, 0.1]), [answered('a')])
    expect(summary(policy.next(state))).toEqual(['c', 'scorer_failed', true])
    const trusting = createCascadeRoutingPolicy({ ...OPTIONS, onScorerFailure: 'accept' })
    expect(summary(trusting.next(state))).toEqual([0, 'scorer_failed'])
  })

  it('takes the dearer of equal values at the rate asked, and says with which propensity', () => {
    const ties = { dearerRate: 0.25, rng: createRng(7) }
    const mixed = createCascadeRoutingPolicy({ ...OPTIONS, costWeights: [0], maxDepth: 1, ties })
    const calls = Array.from({ length: 2000 }, () => mixed.next(stateOf(believe([0.5, 0.5, 0.1]))))
    const dearer = calls.filter((call) => call.kind === 'call' && call.model === 'b')
    // Standard error of the share: 0.0097.
    expect(Math.abs(dearer.length / calls.length - 0.25)).toBeLessThan(0.04)
    expect(dearer[0]).toMatchObject({ propensity: 0.25 })
    expect(calls.find((call) => call.kind === 'call' && call.model === 'a')).toMatchObject({
      propensity: 0.75,
    })
    expect(mixed.next(stateOf(believe([0.5, 0.6, 0.1])))).toMatchObject({ model: 'b', propensity: 1 })
  })

  it('stays within the caps of a request', () => {
    const capped = withCaps(policy, { usd: 3 })
    const doubted = { ...answered('b', believe([0.5, 0.3, 0.95])), costUsd: 2 }
    expect(summary(capped.next(stateOf(believe([0.6, 0.9, 0.95]), [doubted])))).toEqual([0, 'cap_cost'])
  })

  it('refuses options that make no sense', () => {
    const tries: readonly Partial<CascadeRoutingOptions>[] = [
      { models: [] },
      { models: ['a', 'a'] },
      { costWeights: [] },
      { costWeights: [-1] },
      { costWeights: [Number.NaN] },
      { maxDepth: 0 },
      { prefixOnly: ['z'] },
      { ties: { dearerRate: 2, rng: createRng(1) } },
    ]
    for (const one of tries) {
      const message = JSON.stringify(one)
      expect(() => createCascadeRoutingPolicy({ ...OPTIONS, ...one }), message).toThrow(
        expect.objectContaining({ code: 'config.threshold_range' }),
      )
    }
    expect(() => createUtilityPolicy({ models: MODELS, costWeight: -1 })).toThrow('costWeight')
  })
})

/** Runs a policy to its end; answers are judged by `beliefsAfter`. */
function run(
  policy: Policy,
  start: State,
  beliefsAfter: (attempts: readonly string[]) => readonly CandidateEstimate[],
): { readonly called: readonly string[]; readonly given: string | undefined } {
  const attempts: Attempt[] = []
  for (;;) {
    const action = policy.next({ ...start, attempts })
    if (action.kind !== 'call') {
      const given = action.kind === 'accept' ? attempts[action.attempt]?.model : undefined
      return { called: attempts.map(({ model }) => model), given }
    }
    const models = [...attempts.map(({ model }) => model), action.model]
    // Nothing is judged that the policy does not read.
    attempts.push(
      action.readsAnswer === true ? answered(action.model, beliefsAfter(models)) : { model: action.model },
    )
  }
}

const quality = (): fc.Arbitrary<number> => fc.double({ min: 0, max: 1, noNaN: true })
const qualities = (n: number): fc.Arbitrary<number[]> => fc.array(quality(), { minLength: n, maxLength: n })

describe('special cases of cascade routing, bit for bit', () => {
  it('with one call at most it is the utility router', () => {
    fc.assert(
      fc.property(
        fc.record({
          // Few values, so that ties happen.
          q: fc.array(fc.oneof(quality(), fc.constantFrom(0.5, 0.75)), { minLength: 3, maxLength: 3 }),
          costs: fc.array(fc.constantFrom(0, 0.25, 0.5, 1.7), { minLength: 3, maxLength: 3 }),
          weight: fc.oneof(quality(), fc.constantFrom(0, 0.5, 1)),
          errors: fc.array(quality(), { minLength: 9, maxLength: 9 }),
          out: fc.subarray(MODELS),
        }),
        ({ q, costs, weight, errors, out }) => {
          const routing = createCascadeRoutingPolicy({
            models: MODELS,
            covarianceOf: () => errors,
            costWeights: [weight, 2 * weight],
            maxDepth: 1,
          })
          const router = createUtilityPolicy({ models: MODELS, costWeight: weight })
          const start = { ...stateOf(believe(q, costs)), attempts: out.map(failed) }
          const [ours, theirs] = [routing.next(start), router.next(start)]
          expect(summary(ours)).toEqual(summary(theirs))
          if (ours.kind !== 'call') return
          const after = { ...start, attempts: [...start.attempts, { model: ours.model }] }
          expect(routing.next(after)).toEqual(router.next(after))
        },
      ),
      { numRuns: 500, endOnFailure: true },
    )
  })

  it('with prefixes only it is the optimal cascade, worked out prefix by prefix', () => {
    fc.assert(
      fc.property(
        fc.record({
          beliefs: fc.array(qualities(2), { minLength: 3, maxLength: 3 }),
          factors: qualities(2),
          weight: quality(),
          order: fc.constantFrom(['a', 'b'], ['b', 'a']),
        }),
        ({ beliefs, factors, weight, order }) => {
          const [s = 0, t = 0] = factors
          const covariance = [s * s, 0.3 * s * t, 0.3 * s * t, t * t]
          const believed = (step: number): readonly CandidateEstimate[] =>
            believe(beliefs[step] ?? [], [0.2, 0.4])
          const policy = createCascadeRoutingPolicy({
            models: ['a', 'b'],
            covarianceOf: () => covariance,
            costWeights: [weight],
            prefixOnly: order,
          })
          const { called, given } = run(policy, stateOf(believed(0)), (models) => believed(models.length))
          expect({ called, given }).toEqual(optimalCascade({ believed, covariance, weight, order }))
        },
      ),
      { numRuns: 500, endOnFailure: true },
    )
  })

  it('with prefixes only, certain estimates and a constant last stage it is the threshold cascade', () => {
    fc.assert(
      fc.property(
        fc.record({ q: qualities(1), last: quality(), weight: quality() }),
        ({ q: [own = 0], last, weight }) => {
          const beliefs = believe([own, last], [0.25, 0.5])
          const ours = createCascadeRoutingPolicy({
            models: ['a', 'b'],
            covarianceOf: none,
            costWeights: [0, weight],
            prefixOnly: ['a', 'b'],
          })
          // Go on when max(own, last) - weight * cost > own, that is below this cut.
          const accept = Math.max(0, last - weight * 0.5)
          const theirs = createCascadePolicy({
            stages: [
              { model: 'a', accept },
              { model: 'b', accept: 0 },
            ],
          })
          const start = stateOf(beliefs)
          expect(run(ours, start, () => beliefs)).toEqual(run(theirs, start, () => beliefs))
        },
      ),
      { numRuns: 500, endOnFailure: true },
    )
  })
})

const scale = ({ quality }: CandidateEstimate): number => Math.sqrt(quality * (1 - quality))

interface Prefixes {
  readonly believed: (step: number) => readonly CandidateEstimate[]
  readonly covariance: readonly number[]
  readonly weight: number
  readonly order: readonly string[]
}

/** Two stages by their definition: before the first call one is needed; after it the prefix of two is weighed against stopping. */
function optimalCascade({ believed, covariance, weight, order }: Prefixes): ReturnType<typeof run> {
  const [first = '', second = ''] = order
  const of = (step: number, model: string): CandidateEstimate =>
    believed(step).find((one) => one.model === model)!
  const [own, other] = [of(1, first), of(1, second)]
  const [i, j] = [MODELS.indexOf(first), MODELS.indexOf(second)]
  const at = (a: number, b: number): number => covariance[a * 2 + b] ?? 0
  const variance =
    at(i, i) * scale(own) * scale(own) +
    at(j, j) * scale(other) * scale(other) -
    at(i, j) * scale(own) * scale(other) -
    at(j, i) * scale(other) * scale(own)
  const both = expectedMaxOfTwo(own.quality, other.quality, variance) - weight * (other.costUsd ?? 0)
  if (!(both > own.quality)) return { called: [first], given: first }
  const isSecondBetter = of(2, second).quality >= of(2, first).quality
  return { called: [first, second], given: isSecondBetter ? second : first }
}
