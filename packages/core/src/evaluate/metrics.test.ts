/** The small metrics, each with numbers worked out by hand. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQualityCurve } from '../math/quality-curve.ts'
import { callPerformanceThreshold } from './call-performance-threshold.ts'
import { costAdvantage, costAdvantageAtDrop } from './cost-advantage.ts'
import { goodEnough } from './good-enough.ts'
import { meanGap } from './mean-gap.ts'
import { meanInterval } from './mean-interval.ts'
import { createOracle } from './oracle.ts'
import { performanceGapRecovered } from './performance-gap-recovered.ts'
import { qualityDrop } from './quality-drop.ts'
import { randomCostAdvantageAtDrop, randomQuality } from './random-router.ts'

// Five queries; the two scoring 0.5 move together.
//   score   0.9  0.5  0.5  0.3  0.1
//   small     1    0    1    0    0      mean 0.4
//   large     1    1    0    1    1      mean 0.8
// Points (share kept, quality): (0, 0.8) (0.2, 0.8) (0.6, 0.8) (0.8, 0.6) (1, 0.4)
const worked = { scores: [0.5, 0.9, 0.1, 0.5, 0.3], small: [0, 1, 0, 1, 0], large: [1, 1, 1, 0, 1] }
const curve = createQualityCurve(worked)

const quality = fc.constantFrom(0, 0.25, 0.5, 1)
const columns = fc
  .array(fc.record({ score: fc.integer({ min: 0, max: 9 }), small: quality, large: quality }), {
    minLength: 1,
    maxLength: 50,
  })
  .map((rows) => ({
    scores: rows.map((r) => r.score / 10),
    small: rows.map((r) => r.small),
    large: rows.map((r) => r.large),
  }))

describe('costAdvantage', () => {
  it('is the share kept small: 3 of 4', () => {
    expect(costAdvantage([true, false, true, true])).toBe(0.75)
  })
})

describe('costAdvantageAtDrop', () => {
  it('reads the worked points', () => {
    expect(costAdvantageAtDrop(curve, 0)).toBe(0.6) // 0.8 still holds at 0.6
    expect(costAdvantageAtDrop(curve, 0.2)).toBe(0.6) // needs 0.64, 0.6 falls short
    expect(costAdvantageAtDrop(curve, 0.25)).toBe(0.8) // needs 0.6 exactly
    expect(costAdvantageAtDrop(curve, 1)).toBe(1)
  })

  it('equals the largest share over an independently accumulated curve', () => {
    fc.assert(
      fc.property(columns, fc.constantFrom(0, 0.01, 0.02, 0.05, 0.5), (trials, drop) => {
        expect(costAdvantageAtDrop(createQualityCurve(trials), drop)).toBe(keptAtDrop(trials, drop))
      }),
    )
  })

  it('never falls as the drop grows', () => {
    fc.assert(
      fc.property(columns, (trials) => {
        const shares = [0, 0.01, 0.1, 0.3, 1].map((drop) =>
          costAdvantageAtDrop(createQualityCurve(trials), drop),
        )
        expect(shares).toEqual([...shares].sort((a, b) => a - b))
      }),
    )
  })
})

function at(values: readonly number[], i: number): number {
  return values[i] ?? Number.NaN
}

/** A second implementation: accumulates from all large, one query at a time, as an outside checker would. */
function keptAtDrop({ scores, small, large }: typeof worked, drop: number): number {
  const n = scores.length
  const order = [...scores.keys()].sort((a, b) => at(scores, b) - at(scores, a))
  const all = large.reduce((a, b) => a + b, 0) / n
  let mean = all
  let best = 0
  for (const [i, q] of order.entries()) {
    mean += (at(small, q) - at(large, q)) / n
    const next = order[i + 1]
    const isPoint = next === undefined || at(scores, next) !== at(scores, q)
    if (isPoint && mean >= (1 - drop) * all - 1e-12) best = (i + 1) / n
  }
  return best
}

describe('qualityDrop', () => {
  it('is relative to all large, also for measures below zero', () => {
    expect(qualityDrop(0.6, 0.8)).toBeCloseTo(0.25, 12)
    expect(qualityDrop(-2.2, -2)).toBeCloseTo(0.1, 12) // worse by 0.2 of 2
    expect(qualityDrop(0.9, 0.8)).toBeLessThan(0)
    expect(qualityDrop(0.5, 0)).toBeUndefined()
  })
})

describe('performanceGapRecovered', () => {
  it('is 0 for small, 1 for large, (0.7 - 0.4) / (0.8 - 0.4) = 0.75 between', () => {
    const pair = { small: 0.4, large: 0.8 }
    expect(performanceGapRecovered(0.4, pair)).toBe(0)
    expect(performanceGapRecovered(0.8, pair)).toBe(1)
    expect(performanceGapRecovered(0.7, pair)).toBeCloseTo(0.75, 12)
    expect(performanceGapRecovered(0.7, { small: 0.5, large: 0.5 })).toBeUndefined()
  })
})

describe('callPerformanceThreshold', () => {
  it('reads the worked points: PGR by share of large calls is 0 at 0, 0.5 at 0.2, 1 from 0.4', () => {
    expect(callPerformanceThreshold(curve, 0.5)).toBeCloseTo(0.2, 12)
    expect(callPerformanceThreshold(curve, 0.8)).toBeCloseTo(0.4, 12)
    expect(callPerformanceThreshold(curve, 1.1)).toBeUndefined()
    expect(
      callPerformanceThreshold(createQualityCurve({ scores: [1], small: [1], large: [1] }), 0.5),
    ).toBeUndefined()
  })

  it('takes the first crossing when the curve dips below again', () => {
    // gaps by falling score: +1, -1, +1, -1, -1: large mean 3/5, small mean 2/5, points 3/5 4/5 3/5 4/5 3/5 2/5
    const wavy = createQualityCurve({
      scores: [5, 4, 3, 2, 1],
      small: [1, 0, 1, 0, 0],
      large: [0, 1, 0, 1, 1],
    })
    expect(callPerformanceThreshold(wavy, 1)).toBeCloseTo(0.2, 12)
  })
})

function meanSecond(side: readonly (readonly [number, number])[]): number {
  return side.reduce((sum, [, gap]) => sum + gap, 0) / side.length
}

describe('meanGap', () => {
  it('is taken at the point nearest to half: 0.6 kept, gaps 0 -1 +1 small, -1 -1 large', () => {
    expect(meanGap(worked)).toEqual({ small: 0, large: -1, difference: 1, costAdvantage: 0.6 })
  })

  it('equals the means of the two sides', () => {
    fc.assert(
      fc.property(columns, (trials) => {
        const result = meanGap(trials)
        if (result === undefined) return
        const byScore = trials.scores.map(
          (s, i) => [s, (trials.small[i] ?? 0) - (trials.large[i] ?? 0)] as const,
        )
        const cut = byScore.map(([s]) => s).sort((a, b) => b - a)[
          Math.round(result.costAdvantage * byScore.length) - 1
        ]
        expect(result.small).toBeCloseTo(meanSecond(byScore.filter(([s]) => s >= (cut ?? 0))), 9)
        expect(result.large).toBeCloseTo(meanSecond(byScore.filter(([s]) => s < (cut ?? 0))), 9)
      }),
    )
  })

  it('is undefined for one score', () => {
    expect(meanGap({ scores: [1, 1], small: [0, 1], large: [1, 1] })).toBeUndefined()
  })
})

describe('createOracle', () => {
  it('takes the better answer: (1 + 1 + 1 + 1 + 1) / 5, small on the two where it is at least as good', () => {
    const oracle = createOracle(worked)
    expect(oracle.quality).toBe(1)
    expect(oracle.costAdvantage).toBe(0.4)
    // large mean 0.8: after the two free ones (quality 1) one more lost query keeps 0.8, although three tie at a gap of -1
    expect(costAdvantageAtDrop(oracle.fineCurve, 0)).toBe(0.6)
  })

  it('is never beaten, at any share', () => {
    fc.assert(
      fc.property(columns, (trials) => {
        const best = createOracle(trials).curve
        const router = createQualityCurve(trials)
        for (const [i, share] of router.costAdvantage.entries()) {
          const after = best.costAdvantage.findIndex((s) => s >= share - 1e-12)
          const [x0, x1] = [best.costAdvantage[Math.max(0, after - 1)] ?? 0, best.costAdvantage[after] ?? 0]
          const [y0, y1] = [best.quality[Math.max(0, after - 1)] ?? 0, best.quality[after] ?? 0]
          const height = x1 === x0 ? y1 : y0 + ((y1 - y0) * (share - x0)) / (x1 - x0)
          expect(router.quality[i]).toBeLessThanOrEqual(height + 1e-9)
        }
      }),
    )
  })
})

describe('random router', () => {
  it('mixes: 0.8 - 0.5 * (0.8 - 0.4) = 0.6; within 10% it may keep 0.08 / 0.4 = 0.2', () => {
    const pair = { small: 0.4, large: 0.8 }
    expect(randomQuality(pair, 0.5)).toBeCloseTo(0.6, 12)
    expect(randomCostAdvantageAtDrop(pair, 0.1)).toBeCloseTo(0.2, 12)
    expect(randomCostAdvantageAtDrop(pair, 0.9)).toBe(1)
    expect(randomCostAdvantageAtDrop({ small: 0.8, large: 0.4 }, 0)).toBe(1)
  })
})

describe('goodEnough', () => {
  it('counts all pairs: small {0, 0.5} against large {0.25, 0.75}: 1 of 4, with 0.25 of slack 3 of 4', () => {
    const row = { smallScores: [0, 0.5], largeScores: [0.25, 0.75], smallQuality: 0.25, largeQuality: 0.5 }
    expect(goodEnough(row)).toBe(0.25)
    expect(goodEnough(row, 0.25)).toBe(0.75)
    expect(goodEnough(row, 1)).toBe(1)
    expect(goodEnough({ ...row, smallScores: [0.7], largeScores: [0.8] }, 0.1)).toBe(1)
  })
})

describe('meanInterval', () => {
  it("is Wilson's: 8 of 10 gives 0.490 to 0.943", () => {
    const [low, high] = meanInterval(0.8, 10) ?? []
    expect(low).toBeCloseTo(0.4902, 3)
    expect(high).toBeCloseTo(0.9433, 3)
  })

  it('stays in range and claims no certainty', () => {
    expect(meanInterval(1, 5)?.[0]).toBeCloseTo(0.5655, 3)
    expect(meanInterval(1, 5)?.[1]).toBeLessThanOrEqual(1)
    expect(meanInterval(0.5, 0)).toBeUndefined()
  })
})
