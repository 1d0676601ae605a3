/** The metrics on the cost-quality plane, each with numbers worked out by hand. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averagePgr } from '../math/average-pgr.ts'
import { createQualityCurve } from '../math/quality-curve.ts'
import { areaUnderDeferralCurve } from './area-under-deferral-curve.ts'
import { averageImprovementInQuality } from './average-improvement-in-quality.ts'
import { bestSingleOf, createCostCurve, endsOf, qualityAtCost, type CostTrials } from './cost-curve.ts'
import { costSavingAtEqualQuality } from './cost-saving-at-equal-quality.ts'
import { inferenceEfficiencyScore } from './inference-efficiency-score.ts'
import { createOracle } from './oracle.ts'
import { oracleGapOfCurve, oracleGapRecovered } from './oracle-gap-recovered.ts'
import { qualityNeutralCost } from './quality-neutral-cost.ts'

// Four queries, kept small in this order. USD of a large call 4, 2, 2, 4, of a small call 1.
//   score  0.9  0.7  0.5  0.3
//   small   1    1    0    0       mean 0.5
//   large   1    0    1    1       mean 0.75
// Points from all large:   share of large calls  1     0.75  0.5   0.25  0
//                          quality               0.75  0.75  1     0.75  0.5
//                          USD a query           3     2.25  2     1.75  1
const trials = { scores: [0.9, 0.7, 0.5, 0.3], small: [1, 1, 0, 0], large: [1, 0, 1, 1] }
const calls = createCostCurve({
  ...trials,
  axis: 'largeShare',
  smallCost: [0, 0, 0, 0],
  largeCost: [1, 1, 1, 1],
})
const money = createCostCurve({
  ...trials,
  axis: 'costUsd',
  smallCost: [1, 1, 1, 1],
  largeCost: [4, 2, 2, 4],
})

const quality = fc.constantFrom(0, 0.25, 0.5, 1)
const columns = fc
  .array(
    fc.record({
      score: fc.integer({ min: 0, max: 9 }),
      small: quality,
      large: quality,
      cost: fc.integer({ min: 1, max: 9 }),
      extra: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows): CostTrials => ({
    axis: 'costUsd',
    scores: rows.map((r) => r.score),
    small: rows.map((r) => r.small),
    large: rows.map((r) => r.large),
    smallCost: rows.map((r) => r.cost),
    largeCost: rows.map((r) => r.cost + r.extra),
  }))

function onCalls(list: CostTrials): CostTrials {
  const { scores } = list
  return {
    ...list,
    axis: 'largeShare',
    smallCost: Array.from(scores, () => 0),
    largeCost: Array.from(scores, () => 1),
  }
}

describe('createCostCurve', () => {
  it('has the worked points on both axes', () => {
    expect([...calls.cost]).toEqual([1, 0.75, 0.5, 0.25, 0])
    expect([...calls.quality]).toEqual([0.75, 0.75, 1, 0.75, 0.5])
    expect([...money.cost]).toEqual([3, 2.25, 2, 1.75, 1])
    expect(endsOf(money)).toEqual({ small: { cost: 1, quality: 0.5 }, large: { cost: 3, quality: 0.75 } })
    expect(bestSingleOf(money)).toEqual({ cost: 3, quality: 0.75 })
  })

  it('has a quality at any cost between its ends: 0.875 half way from 1.75 to 2', () => {
    expect(qualityAtCost(money, 1.875)).toBeCloseTo(0.875, 12)
    expect(qualityAtCost(money, 3)).toBe(0.75)
    expect(qualityAtCost(money, 1)).toBe(0.5)
    expect(qualityAtCost(money, 0.9)).toBeUndefined()
    expect(qualityAtCost(money, 3.1)).toBeUndefined()
  })
})

describe('averageImprovementInQuality', () => {
  it('is the worked area: hull (0, 0.5) to (0.5, 1), flat to 1: (0.375 + 0.5) / 1', () => {
    expect(averageImprovementInQuality(calls, { from: 0, to: 1 }).value).toBeCloseTo(0.875, 12)
  })

  it('depends on its costs: in USD (1, 0.5) to (2, 1), flat to 3: (0.75 + 1) / 2; from 2 to 3 it is 1', () => {
    expect(averageImprovementInQuality(money, { from: 1, to: 3 }).value).toBeCloseTo(0.875, 12)
    expect(averageImprovementInQuality(money, { from: 2, to: 3 }).value).toBe(1)
  })

  it('says why it is not defined', () => {
    expect(averageImprovementInQuality(money, { from: 0.5, to: 3 }).because).toContain('0.5')
    expect(averageImprovementInQuality(money, { from: 2, to: 2 }).because).toContain('no range')
    expect(averageImprovementInQuality(money, { from: Number.NaN, to: 2 }).value).toBeUndefined()
  })

  it('is never below the area under the curve itself', () => {
    fc.assert(
      fc.property(columns, (list) => {
        const curve = createCostCurve(list)
        const { small, large } = endsOf(curve)
        const range = { from: small.cost, to: large.cost }
        const hull = averageImprovementInQuality(curve, range).value ?? 0
        expect(hull).toBeGreaterThanOrEqual((areaUnderDeferralCurve(curve).value ?? 1) - 1e-9)
        expect(hull).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })
})

describe('areaUnderDeferralCurve', () => {
  it('is the worked area on calls: (0.75 + 0.875 + 0.875 + 0.625) / 4', () => {
    const area = areaUnderDeferralCurve(calls)
    expect(area.axis).toBe('largeShare')
    expect(area.value).toBeCloseTo(3.125 / 4, 12)
  })

  it('is another one in USD: (0.75 * 0.75 + 0.25 * 0.875 + 0.25 * 0.875 + 0.75 * 0.625) / 2', () => {
    const area = areaUnderDeferralCurve(money)
    expect(area.axis).toBe('costUsd')
    expect(area.value).toBeCloseTo((0.5625 + 0.21875 + 0.21875 + 0.46875) / 2, 12)
  })

  it('on calls is Q(small) + APGR * gap', () => {
    fc.assert(
      fc.property(columns, (list) => {
        const curve = createCostCurve(onCalls(list))
        const apgr = averagePgr(createQualityCurve(list))
        if (apgr === undefined) return
        const { small, large } = endsOf(curve)
        const expected = small.quality + apgr * (large.quality - small.quality)
        expect(areaUnderDeferralCurve(curve).value).toBeCloseTo(expected, 9)
      }),
    )
  })

  it('says why it is not defined: a large model that is not dearer', () => {
    const same = createCostCurve({
      ...trials,
      axis: 'costUsd',
      smallCost: [1, 1, 1, 1],
      largeCost: [1, 1, 1, 1],
    })
    expect(areaUnderDeferralCurve(same)).toMatchObject({ axis: 'costUsd', value: undefined })
    expect(areaUnderDeferralCurve(same).because).toContain('does not cost more')
  })
})

describe('qualityNeutralCost and costSavingAtEqualQuality', () => {
  it('reads the cheapest point as good as all large: 0.25 of the calls, 1.75 of 3 USD', () => {
    expect(qualityNeutralCost(calls, bestSingleOf(calls)).value).toBe(0.25)
    expect(qualityNeutralCost(money, bestSingleOf(money)).value).toBeCloseTo(1.75 / 3, 12)
    expect(costSavingAtEqualQuality(calls, bestSingleOf(calls)).value).toBe(0.75)
    expect(costSavingAtEqualQuality(money, bestSingleOf(money)).value).toBeCloseTo(1.25 / 3, 12)
  })

  it('says why it is not defined: never as good, or nothing to save', () => {
    const better = { cost: 3, quality: 1.5 }
    expect(qualityNeutralCost(money, better).because).toContain('as good as')
    expect(costSavingAtEqualQuality(money, better).because).toContain('as good as')
    expect(qualityNeutralCost(calls, { cost: 0, quality: 0.5 }).because).toContain('costs nothing')
  })

  it('saves between nothing and everything against the better model of the pair', () => {
    fc.assert(
      fc.property(columns, (list) => {
        const curve = createCostCurve(list)
        const best = bestSingleOf(curve)
        const saving = costSavingAtEqualQuality(curve, best).value ?? Number.NaN
        expect(saving).toBeGreaterThanOrEqual(-1e-12)
        expect(saving).toBeLessThanOrEqual(1)
        expect(1 - saving).toBeCloseTo(qualityNeutralCost(curve, best).value ?? 0, 12)
      }),
    )
  })
})

describe('oracleGapRecovered', () => {
  it('is the worked part: (0.7 - 0.6) / (0.8 - 0.6)', () => {
    expect(oracleGapRecovered({ system: 0.7, random: 0.6, oracle: 0.8 }).value).toBeCloseTo(0.5, 12)
    expect(oracleGapRecovered({ system: 0.5, random: 0.6, oracle: 0.8 }).value).toBeCloseTo(-0.5, 12)
  })

  it('says why it is not defined', () => {
    expect(oracleGapRecovered({ system: 0.6, random: 0.6, oracle: 0.6 }).because).toContain(
      'not even the oracle',
    )
  })
})

describe('inferenceEfficiencyScore', () => {
  const reference = { fastestMs: 200, allLargeUsd: 0.01 }

  it('is the worked ratio: (0.25 * 0.8 + 0.75 * 200 / 400) / (0.005 / 0.01) = 1.15', () => {
    const score = inferenceEfficiencyScore({ quality: 0.8, latencyMs: 400, costUsd: 0.005 }, reference, 0.25)
    expect(score.value).toBeCloseTo(1.15, 12)
    expect(score.a).toBe(0.25)
    expect(score.normalisation).toContain('all large')
  })

  it('weighs evenly when not told otherwise: (0.4 + 0.25) / 0.5', () => {
    const score = inferenceEfficiencyScore({ quality: 0.8, latencyMs: 400, costUsd: 0.005 }, reference)
    expect(score).toMatchObject({ a: 0.5 })
    expect(score.value).toBeCloseTo(1.3, 12)
  })

  it('says why it is not defined, and refuses a weight outside [0, 1]', () => {
    const at = { quality: 0.8, latencyMs: 0, costUsd: 0.005 }
    expect(inferenceEfficiencyScore(at, reference).because).toContain('no time')
    expect(inferenceEfficiencyScore({ ...at, costUsd: 0 }, reference).because).toContain('nothing')
    expect(() => inferenceEfficiencyScore(at, reference, 1.5)).toThrow(RangeError)
  })
})

describe('oracleGapOfCurve', () => {
  it('is the worked part at half kept: random 0.625, router 1, oracle 1', () => {
    // gaps 0 1 -1 -1: the oracle keeps two queries small and has everything right, as the router does by luck
    const oracle = createOracle(trials).curve
    expect(oracleGapOfCurve(createQualityCurve(trials), oracle)).toMatchObject({
      value: 1,
      costAdvantage: 0.5,
    })
    // Sent backwards (the two hard ones kept): quality 0.5 * 0 + 0.5 * 0.5 = 0.25, so (0.25 - 0.625) / (1 - 0.625) = -1
    const backwards = { ...trials, scores: [0.3, 0.5, 0.7, 0.9] }
    expect(oracleGapOfCurve(createQualityCurve(backwards), oracle).value).toBeCloseTo(-1, 12)
  })

  it('is at most 1 at any share', () => {
    fc.assert(
      fc.property(columns, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const found = oracleGapOfCurve(createQualityCurve(list), createOracle(list).curve, share)
        if (found.value === undefined) expect(found.because.length).toBeGreaterThan(10)
        else expect(found.value).toBeLessThanOrEqual(1 + 1e-9)
      }),
    )
  })

  it('says why it is not defined for one score', () => {
    const flat = createQualityCurve({ ...trials, scores: [1, 1, 1, 1] })
    expect(oracleGapOfCurve(flat, createOracle(trials).curve)).toMatchObject({
      value: undefined,
      costAdvantage: null,
    })
  })
})
