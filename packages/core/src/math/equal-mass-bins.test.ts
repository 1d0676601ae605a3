import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOfBins } from './calibration-error.ts'
import { cutEqualMass, equalMassBins } from './equal-mass-bins.ts'

describe('equalMassBins', () => {
  it('cuts six queries into three pairs', () => {
    // sorted: 0.1 (0) 0.2 (1) | 0.4 (0) 0.6 (1) | 0.8 (1) 0.9 (1)
    // means 0.15 0.5 0.85 against 0.5 0.5 1: error (0.35 + 0 + 0.15) / 3 = 1/6
    const bins = equalMassBins([0.9, 0.1, 0.6, 0.4, 0.2, 0.8], [1, 0, 1, 0, 1, 1], 3)
    expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([
      [0.1, 0.2, 2],
      [0.4, 0.6, 2],
      [0.8, 0.9, 2],
    ])
    expect(bins.map(({ observed }) => observed)).toEqual([0.5, 0.5, 1])
    expect(errorOfBins(bins)).toBeCloseTo(1 / 6, 12)
  })

  it('never parts equal predictions, and shares out what a long tie has left', () => {
    // Nine queries in three bins: the tie of five takes the first; the four left are as many as 1.33 bins, so one more.
    expect(cutEqualMass([1, 1, 1, 1, 1, 2, 3, 4, 5], 3)).toEqual([
      [0, 5],
      [5, 9],
    ])
    expect(cutEqualMass([1, 1], 5)).toEqual([[0, 2]])
  })

  it('holds every query once, in order, the same for any order of the rows', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1 })), {
      minLength: 1,
    })
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 12 }), (list, wanted) => {
        const bin = (those: typeof list): ReturnType<typeof equalMassBins> =>
          equalMassBins(
            those.map(([p]) => p / 20),
            those.map(([, y]) => y),
            wanted,
          )
        const bins = bin(list)
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(list.length)
        for (const [i, { from, to }] of bins.entries()) {
          expect(to).toBeGreaterThanOrEqual(from)
          if (i > 0) expect(from).toBeGreaterThan(bins[i - 1]?.to ?? 1)
        }
        const other = bin(list.toReversed())
        expect(other.map(({ count }) => count)).toEqual(bins.map(({ count }) => count))
        expect(errorOfBins(other)).toBeCloseTo(errorOfBins(bins), 12)
      }),
    )
  })
})
