import { describe, expect, it } from 'vitest'
import { poolCurves, type CurvePrior } from './pool-curves.ts'

/** All large 0.8, half kept 0.75, all small 0.5; 300 rows; gap variance 0.3. */
const PRIOR: CurvePrior = {
  curve: { thresholds: [0.5, 0], costAdvantage: [0.5, 1], quality: [0.75, 0.5], gapVariance: 0.3 },
  rows: 300,
  meanQuality: { small: 0.5, large: 0.8 },
}

/** `n` rows whose mean gap is -lost / n: one row in two scores 0.7, the others 0.2, which lose. */
function rows(n: number, lost: number): Parameters<typeof poolCurves>[0] {
  const index = Array.from({ length: n }, (_, i) => i)
  return {
    scores: index.map((i) => (i % 2 === 0 ? 0.7 : 0.2)),
    small: index.map((i) => (i % 2 === 1 && i < 2 * lost ? 0 : 1)),
    large: index.map(() => 1),
  }
}

describe('poolCurves', () => {
  it('weighs the training rows in full while the mean gaps agree', () => {
    // 100 fresh rows, 30 lost: mean gap -0.3, as in training, so m = N = 300.
    // Loss at 0.5: fresh 0, trained 0.05: (100 * 0 + 300 * 0.05) / 400 = 0.0375. At 0: (100 * 0.3 + 300 * 0.3) / 400 = 0.3.
    // All large: (100 * 1 + 300 * 0.8) / 400 = 0.85.
    const { thresholds, costAdvantage, quality } = poolCurves(rows(100, 30), PRIOR)
    expect([...thresholds]).toEqual([Number.POSITIVE_INFINITY, 0.5, 0])
    expect([...costAdvantage]).toEqual([0, 0.5, 1])
    expect(quality[0]).toBeCloseTo(0.85, 12)
    expect(quality[1]).toBeCloseTo(0.85 - 0.0375, 12)
    expect(quality[2]).toBeCloseTo(0.85 - 0.3, 12)
  })

  it('lets go of the training rows as traffic departs from them', () => {
    // 1,000 fresh rows without a loss: shift^2 = 0.3^2 - 2 (0.3 / 1000 + 0.3 / 300) = 0.0874, m = 0.3 / (0.3 / 300 + 0.0874) = 3.394.
    const { quality } = poolCurves(rows(1000, 0), PRIOR)
    const m = 0.3 / (0.3 / 300 + 0.0874)
    expect(quality[0]).toBeCloseTo((1000 + 0.8 * m) / (1000 + m), 10)
    expect(quality[0]! - quality[2]!).toBeCloseTo((0.3 * m) / (1000 + m), 10)
  })
})
