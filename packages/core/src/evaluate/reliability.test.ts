import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { createReliabilityReport, type Forecasts, type ReliabilityReport } from './reliability.ts'

/** Rows whose label is 1 with probability p + bias, clipped; `types` categories of equal size. */
function simulate(
  rows: number,
  { seed, bias = 0, types = 1 }: { seed: number; bias?: number; types?: number },
): Forecasts {
  const rng = createRng(seed)
  const probabilities = Array.from({ length: rows }, () => rng.next())
  return {
    probabilities,
    labels: probabilities.map((p) => (rng.next() < p + bias ? 1 : 0)),
    categories: probabilities.map((_, i) => `t${i % types}`),
  }
}

function isAbove({ expectedCalibrationError, ifCalibrated }: ReliabilityReport): boolean {
  return expectedCalibrationError > ifCalibrated.high
}

/** Of sixty samples of 200 rows. */
function countAbove(bias: number): number {
  return Array.from({ length: 60 }, (_, seed) =>
    createReliabilityReport(simulate(200, { seed, bias }), seed),
  ).filter(isAbove).length
}

describe('createReliabilityReport', () => {
  it('is the worked number: 40 rows in two bins of 20', () => {
    // 0.2 for twenty rows, 6 of them good: |0.3 - 0.2|. 0.9 for twenty, 18 good: 0. ECE = (0.1 + 0) / 2
    const probabilities = Array.from({ length: 40 }, (_, i) => (i < 20 ? 0.2 : 0.9))
    const labels = probabilities.map((_, i) => (i < 6 || (i >= 20 && i < 38) ? 1 : 0))
    const report = createReliabilityReport(
      { probabilities, labels, categories: labels.map(() => undefined) },
      1,
    )
    expect(report.expectedCalibrationError).toBeCloseTo(0.05, 12)
    expect(report.bins.map(({ count }) => count)).toEqual([20, 20])
    expect(report).toMatchObject({ rows: 40, byTaskType: [], rowsWithoutCategory: 40, binning: 'equal mass' })
    expect(report.predicted).toBeCloseTo(0.55, 12)
    expect(report.observed).toBeCloseTo(0.6, 12)
    // Of an honest one: mean |excess| of 20 draws at 0.2 and at 0.9, about sqrt(2/pi) sqrt(p (1 - p) / 20) = 0.071 and 0.054; half their sum
    expect(report.ifCalibrated.mean).toBeCloseTo(0.0625, 1)
    expect(Math.abs(report.ifCalibrated.mean - 0.0625)).toBeLessThan(0.012)
    expect(report.ifCalibrated.high).toBeGreaterThan(report.ifCalibrated.mean)
  })

  it('judges honesty right: an honest forecaster is above `high` in about 3 of 60 samples, a biased one always', () => {
    const honest = countAbove(0)
    expect(honest).toBeLessThan(9)
    expect(honest).toBeGreaterThan(0)
    expect(countAbove(0.2)).toBeGreaterThan(57)
  })

  it('shows each type with enough rows, the others together, and counts them', () => {
    const big = simulate(250, { seed: 1 })
    const small = simulate(120, { seed: 2, types: 3 })
    const join = <T>(key: (from: Forecasts) => readonly T[]): T[] => [...key(big), ...key(small)]
    const report = createReliabilityReport(
      {
        probabilities: join((f) => f.probabilities),
        labels: join((f) => f.labels),
        categories: [...big.probabilities.map(() => 'big'), ...small.categories],
      },
      1,
    )
    expect(report.byTaskType.map(({ category, types, rows }) => [category, types, rows])).toEqual([
      ['big', 1, 250],
      [null, 3, 120],
    ])
    expect(report.smallTypes).toEqual({ leastRows: 50, types: 3, rows: 120, shown: true })
  })

  it('leaves out small types that are few even together, and says how many', () => {
    const { byTaskType, smallTypes } = createReliabilityReport(simulate(45, { seed: 3, types: 3 }), 1)
    expect(byTaskType).toEqual([])
    expect(smallTypes).toEqual({ leastRows: 50, types: 3, rows: 45, shown: false })
  })

  it('repeats for a seed', () => {
    const forecasts = simulate(200, { seed: 4, types: 2 })
    expect(createReliabilityReport(forecasts, 7)).toEqual(createReliabilityReport(forecasts, 7))
  })
})
