/** Best-of-n against brute force, with costs worked by hand; the selector, failover and the replay of several answers. */
import { array, assert, constantFrom, double, integer, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../contract/candidate.ts'
import type { ArmEstimate } from '../contract/estimate.ts'
import type { CallAction, State } from '../contract/policy.ts'
import { sampleCostUsd } from '../contract/sample-cost.ts'
import type { Query } from '../contract/query.ts'
import { chooseArm, createBestOfNPolicy, priceArms, type BestOfNPolicyOptions } from './best-of-n.ts'

/** 400 characters: 100 tokens. */
const QUERY: Query = {
  turns: [{ role: 'user', text: 'word '.repeat(80) }],
  tools: 0,
  images: 0,
  wantsJson: false,
}
/** One answer: little 100 x 1 + 50 x 2 = 200 millionths, middle 100 x 2 + 50 x 4 = 400, big 100 x 10 + 50 x 30 = 2500. */
const CANDIDATES: readonly Candidate[] = [
  { model: 'little', inputUsdPerMTok: 1, outputUsdPerMTok: 2 },
  { model: 'middle', inputUsdPerMTok: 2, outputUsdPerMTok: 4 },
  { model: 'big', inputUsdPerMTok: 10, outputUsdPerMTok: 30 },
]
const USES = {
  little: { outputTokens: 50 },
  middle: { outputTokens: 50 },
  big: { outputTokens: 50 },
}
const OPTIONS: BestOfNPolicyOptions = {
  reference: 'big',
  threshold: 0.8,
  uses: USES,
  rule: 'cheapest',
  unitUsd: 2500e-6,
}

function stateOf(arms: readonly ArmEstimate[], candidates = CANDIDATES): State {
  return { query: QUERY, candidates, attempts: [], estimates: { pSmall: 0.5, arms } }
}

/** The gap is 0 where it plays no part. */
function arm(model: string, samples: number, pGoodEnough: number, gap = 0): ArmEstimate {
  return { model, samples, pGoodEnough, gap }
}

const TABLE = [
  arm('little', 1, 0.3),
  arm('little', 3, 0.82),
  arm('little', 5, 0.9),
  arm('middle', 1, 0.85),
  arm('middle', 2, 0.95),
]

function reasonOf(state: State, options: Partial<BestOfNPolicyOptions> = {}): unknown {
  return createBestOfNPolicy({ ...OPTIONS, ...options }).next(state)
}

describe('best-of-n', () => {
  it.each([
    // little x3 costs 600, middle x1 400: the cheaper of the two that qualify
    [0.8, 'middle', 1],
    [0.86, 'middle', 2],
    [0.3, 'little', 1],
    [0.96, 'big', 1],
  ])('at threshold %d calls %s for %i', (threshold, model, samples) => {
    const action = createBestOfNPolicy({ ...OPTIONS, threshold }).next(stateOf(TABLE))
    expect(action).toMatchObject({ kind: 'call', model, samples })
    expect((action as CallAction).readsAnswer).toBe(samples > 1 ? true : undefined)
    expect((action as CallAction).reason).toBe(
      model === 'big' ? 'score_below_threshold' : 'score_at_or_above_threshold',
    )
  })

  // By value: big costs 2500, so little x1 saves 0.92 units, x5 0.6, middle x1 0.84. With price (1 - t) / t:
  it.each([
    // price 1: 0.92 - 0.5, 0.6 - 0.1, 0.84 - 0.2
    [0.5, 'middle', 1],
    // price 4: 3.68 - 0.5, 2.4 - 0.1, 3.36 - 0.2
    [0.2, 'little', 1],
    // price 1/9: 0.102 - 0.5, 0.067 - 0.1, 0.093 - 0.2: nothing is worth more than the reference
    [0.9, 'big', 1],
    [0, 'little', 1],
    [1, 'big', 1],
  ])('by value at threshold %d calls %s', (threshold, model, samples) => {
    const arms = [arm('little', 1, 0, -0.5), arm('little', 5, 0, -0.1), arm('middle', 1, 0, -0.2)]
    expect(reasonOf(stateOf(arms), { rule: 'value', threshold })).toMatchObject({ model, samples })
  })

  it('counts the prompt once where the candidate says so', () => {
    const [little = { model: 'little' }] = CANDIDATES
    const use = { inputTokens: 100, outputTokens: 50 }
    expect(sampleCostUsd(little, use, 3)).toBeCloseTo(600e-6, 12)
    expect(sampleCostUsd({ ...little, promptBilled: 'once' }, use, 3)).toBeCloseTo(400e-6, 12)
    expect(sampleCostUsd({ promptBilled: 'once' }, { costUsd: 2 }, 3)).toBe(6)
    expect(sampleCostUsd({}, use, 3)).toBeUndefined()
    // With the prompt once, little x3 costs 400 and little x2 300: the former draws level with middle x1.
    const once = CANDIDATES.map((one): Candidate => ({ ...one, promptBilled: 'once' }))
    const prices = priceArms(stateOf(TABLE, once), OPTIONS).map(({ costUsd }) => Math.round(costUsd * 1e6))
    expect(prices).toEqual([200, 400, 600, 400, 600])
  })

  it('falls back to the reference with a reason', () => {
    const big = { model: 'big', samples: 1 }
    expect(reasonOf(stateOf([]))).toMatchObject({ ...big, reason: 'score_below_threshold' })
    expect(reasonOf(stateOf(TABLE), { threshold: null })).toMatchObject({
      ...big,
      reason: 'level_not_feasible',
    })
    const { estimates: _, ...blind } = stateOf(TABLE)
    expect(reasonOf(blind)).toMatchObject({ ...big, reason: 'estimator_failed' })
    const strange = { ...stateOf(TABLE), estimates: { pSmall: 1, arms: TABLE, isUnfamiliar: true } }
    expect(reasonOf(strange)).toMatchObject({ ...big, reason: 'unfamiliar_query' })
    expect(reasonOf(strange, { onUnfamiliar: 'score' })).toMatchObject({ model: 'middle' })
    // No price and no mean cost: unknown is not free.
    const unpriced = CANDIDATES.map(({ model }) => ({ model }))
    expect(reasonOf(stateOf(TABLE, unpriced))).toMatchObject(big)
    const means = { little: { costUsd: 1 }, middle: { costUsd: 5 }, big: { costUsd: 9 } }
    expect(reasonOf(stateOf(TABLE, unpriced), { uses: means })).toMatchObject({ model: 'little', samples: 3 })
  })

  it('accepts what the selector chose and says when it chose nothing', () => {
    const policy = createBestOfNPolicy(OPTIONS)
    const answers = [{ text: 'a' }, { text: 'b' }]
    const after = (attempt: object): unknown =>
      policy.next({ ...stateOf(TABLE), attempts: [{ model: 'middle', ...attempt }] })
    expect(after({ answers, best: 1 })).toEqual({ kind: 'accept', attempt: 0, reason: 'best_sample' })
    expect(after({ answers })).toMatchObject({ kind: 'accept', reason: 'scorer_failed' })
    expect(after({})).toMatchObject({ kind: 'accept', reason: 'only_answer' })
  })

  it('fails over to the reference, and from the reference, once', () => {
    const error = { code: 'upstream.connect', message: 'down' } as const
    const policy = createBestOfNPolicy(OPTIONS)
    const after = (...models: string[]): unknown =>
      policy.next({ ...stateOf(TABLE), attempts: models.map((model) => ({ model, error })) })
    expect(after('middle')).toMatchObject({ kind: 'call', model: 'big', samples: 1, reason: 'failover' })
    expect(after('big')).toMatchObject({ kind: 'call', model: 'little', samples: 1 })
    expect(after('middle', 'big')).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('refuses a threshold outside [0, 1]', () => {
    expect(() => createBestOfNPolicy({ ...OPTIONS, threshold: 1.1 })).toThrow('threshold must be in [0, 1]')
  })
})

const ARMS = array(
  record({
    model: constantFrom('little', 'middle', 'big'),
    samples: integer({ min: 1, max: 8 }),
    pGoodEnough: double({ min: 0, max: 1, noNaN: true }),
    gap: double({ min: -1, max: 1, noNaN: true }),
  }),
  { maxLength: 8 },
)
const CUT = double({ min: 0, max: 1, noNaN: true })

describe('best-of-n, whatever the table', () => {
  it('takes the cheapest that qualifies', () => {
    assert(
      property(ARMS, CUT, (arms, threshold) => {
        const action = createBestOfNPolicy({ ...OPTIONS, threshold }).next(stateOf(arms)) as CallAction
        const reachable = priceArms(stateOf(arms), OPTIONS).filter((one) => one.pGoodEnough >= threshold)
        if (reachable.length === 0) {
          expect(action).toMatchObject({ model: 'big', samples: 1 })
          return
        }
        const least = Math.min(...reachable.map(({ costUsd }) => costUsd))
        const chosen = reachable.filter(
          ({ model, samples }) => model === action.model && samples === action.samples,
        )
        expect(chosen.some(({ costUsd }) => costUsd === least)).toBe(true)
      }),
      { endOnFailure: true },
    )
  })

  it('never gets cheaper as the threshold rises', () => {
    assert(
      property(ARMS, constantFrom('cheapest', 'value'), CUT, CUT, (arms, rule, a, b) => {
        const priced = priceArms(stateOf(arms), OPTIONS)
        const costAt = (threshold: number): number =>
          chooseArm(priced, { rule, threshold, unitUsd: 2500e-6 })?.costUsd ?? 2500e-6
        expect(costAt(Math.max(a, b))).toBeGreaterThanOrEqual(costAt(Math.min(a, b)) - 1e-15)
      }),
      { endOnFailure: true },
    )
  })
})
