/** Statistics, nulls and tests of a comparison over a pool, on a pool small enough to work out. */
import { describe, expect, it } from 'vitest'
import { createPoolComparison } from './create-pool-comparison.ts'
import type { PoolComparisonTrials, PoolMethodTrials } from './pool-trials.ts'

/** Two kinds of rows, even and odd: the cheap model (cost 1) is right on even ones, the dear one (cost 3) on odd ones and on every fourth. */
const ROWS = 40
const qualityOf = (row: number, place: number): number =>
  place === 0 ? (row % 2 === 0 ? 1 : 0) : row % 2 === 1 || row % 4 === 0 ? 1 : 0
const qualities = Array.from({ length: ROWS * 2 }, (_, i) => qualityOf(Math.floor(i / 2), i % 2))
const costs = Array.from({ length: ROWS * 2 }, (_, i) => (i % 2 === 0 ? 1 : 3))
/** In quality for a call of the dearest model: 0, .003, .3, 30. */
const costWeights = [0, 0.001, 0.1, 10]

const all = (place: number): Uint8Array => new Uint8Array(ROWS).fill(place)
const parity = Uint8Array.from({ length: ROWS }, (_, row) => row % 2)

function method(chosen: readonly Uint8Array[]): PoolMethodTrials {
  return {
    chosen,
    budgets: [{ share: 0.2, budget: 1.6, chosen: parity }],
    expectedCalibrationError: 0.1,
    choiceEntropyBits: 0.5,
    failures: 0,
    artifactBytes: 100,
    trainingSeconds: null,
    decisionMs: null,
    stability: [],
  }
}

function trialsOf(methods: readonly PoolMethodTrials[]): PoolComparisonTrials {
  const split = {
    trainingRows: 9,
    tested: [...Array.from({ length: ROWS }).keys()],
    costWeights,
    dearest: 3,
    bestSingle: 1,
    table: undefined,
    lessonSeconds: null,
  }
  return {
    models: ['cheap', 'dear'],
    costUnit: 'usd',
    qualities,
    costs,
    latenciesMs: Array.from({ length: ROWS * 2 }, (_, i) => (i % 2 === 0 ? 100 : 200)),
    questionOf: [...Array.from({ length: ROWS }).keys()],
    questions: ROWS,
    methods: ['sees', 'blind'].slice(0, methods.length),
    splits: [1, 2].map((seed) => ({ ...split, seed, methods })),
  }
}

const SEES = method([all(1), parity, parity, all(0)])
const BLIND = method([all(1), all(1), all(0), all(0)])

describe('createPoolComparison', () => {
  const comparison = createPoolComparison(trialsOf([SEES, BLIND]), { resamples: 200 })
  const find = (name: string) => comparison.systems.find((one) => one.name === name)
  const mean = (name: string, statistic: keyof NonNullable<ReturnType<typeof find>>['statistics']) =>
    find(name)?.statistics[statistic]?.mean

  // Cheap alone: cost 1, quality .5; dear alone: cost 3, quality .75. The hull is the line between them, mean height .625.
  it('measures the hull of singles', () => {
    expect(comparison.costRange).toEqual({ from: 1, to: 3 })
    expect(mean('hullOfSingles', 'meanQualityOverCost')).toBeCloseTo(0.625, 12)
    expect(mean('hullOfSingles', 'hullGain')).toBe(0)
  })

  // Points (3, .75), (2, 1) twice, (1, .5): the path's mean (.875 + .75) / 2 = .8125; its hull is flat at 1 above 2: (1 + .75) / 2 = .875.
  it('measures a method that sees which kind a row is', () => {
    expect(mean('sees', 'meanQualityOverCost')).toBeCloseTo(0.8125, 12)
    expect(mean('sees', 'hullGain')).toBeCloseTo(0.1875, 12)
    expect(mean('sees', 'averageImprovementInQuality')).toBeCloseTo(0.875, 12)
    // (.8125 - .5) / .25
    expect(mean('sees', 'apgr')).toBeCloseTo(1.25, 12)
    expect(mean('sees', 'highestQuality')).toBe(1)
    // The best single is the dear model: quality .75 costs 3, the method's cheapest point as good 2.
    expect(mean('sees', 'qualityNeutralCost')).toBeCloseTo(2 / 3, 12)
    expect(mean('sees', 'relativeToReference')).toBeCloseTo(1, 12)
    // 1 - .001 * 2 and 1 - .1 * 2.
    expect(mean('sees', 'meanUtility')).toBeCloseTo((0.998 + 0.8) / 2, 12)
  })

  // With no weight the oracle takes the cheap model where both are right: cost 2, quality 1 at 0, .001 and .1; (1, .5) at 10.
  it('measures the oracle, and what part of the way to it a method goes', () => {
    expect(mean('oracle', 'meanQualityOverCost')).toBeCloseTo(0.875, 12)
    expect(mean('sees', 'oracleGapRecovered')).toBeCloseTo(0.1875 / 0.25, 12)
    expect(mean('oracle', 'oracleGapRecovered')).toBe(1)
  })

  // Mean of the two models: cost 2, quality .625; .625 - .001 * 2 and .625 - .1 * 2.
  it('measures systems of one point', () => {
    expect(mean('random', 'meanUtility')).toBeCloseTo((0.623 + 0.425) / 2, 12)
    expect(find('random')?.statistics.hullGain).toBeNull()
    expect(mean('bestSingle', 'highestQuality')).toBe(0.75)
    expect(find('bestPerTaskType')).toBeUndefined()
  })

  // Spent: mean of 1 and 3 is 2, budget 1.6: 25% over. IES there: (.5 * 1 + .5 * 100 / 150) / (2 / 3) = 1.25.
  it('says how budgets are kept and what serving gives', () => {
    const service = find('sees')?.service
    expect(service?.budgets[0]?.error?.mean).toBeCloseTo(0.25, 12)
    expect(service?.budgets[0]?.quality?.mean).toBe(1)
    expect(service?.inferenceEfficiencyScore?.mean).toBeCloseTo(1.25, 12)
    expect(service?.decisionMs).toBeNull()
  })

  it('tells the methods apart, corrected for all tests', () => {
    const tests = comparison.tests.map(({ method: name, against, verdict }) =>
      [name, against, verdict].join(' '),
    )
    expect(tests).toEqual([
      'blind sees worse',
      'sees hullOfSingles better',
      'blind hullOfSingles not told apart',
    ])
    for (const { pValue, adjustedPValue } of comparison.tests)
      expect(adjustedPValue).toBeGreaterThanOrEqual(pValue ?? 0)
  })

  it('draws often enough that the correction for many methods leaves something to find', () => {
    const many = trialsOf([SEES, ...Array.from({ length: 12 }, () => BLIND)])
    const methods = many.splits[0]?.methods.map((_, at) => `m${at}`) ?? []
    const { tests, resamples } = createPoolComparison({ ...many, methods, splits: many.splits.slice(0, 1) })
    expect(resamples).toBe(2340)
    expect(tests.find(({ method: name }) => name === 'm1')?.verdict).toBe('worse')
  })

  it('puts the mean inside its interval and the oracle above everyone', () => {
    for (const { statistics } of comparison.systems) {
      const { mean: value = 0, interval = [0, 0] } = statistics.meanUtility ?? {}
      expect(interval?.[0]).toBeLessThanOrEqual(value)
      expect(interval?.[1]).toBeGreaterThanOrEqual(value)
      expect(value).toBeLessThanOrEqual(mean('oracle', 'meanUtility') ?? 0)
    }
  })
})
