import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitShrunkenMeans } from './shrunken-means.ts'

describe('fitShrunkenMeans', () => {
  it('is what the formula gives by hand', () => {
    // Groups {0, 2}, {4, 6}: n = 4, m = 3, group means 1 and 5.
    // Between squares 2 (1-3)^2 + 2 (5-3)^2 = 16; total squares 0+4+16+36 - 4*9 = 20; W = (20 - 16) / (4 - 2) = 2.
    // T = (16 - 1 * 2) / (4 - (4 + 4) / 4) = 7. Pull 2*7 / (2*7 + 2) = 0.875: 3 -+ 2 * 0.875 = 1.25 and 4.75.
    const { mean, means } = fitShrunkenMeans(
      { groupOf: [0, 0, 1, 1], values: [0, 2, 4, 6], groups: 2 },
      [0, 1, 2, 3],
    )
    expect(mean).toBe(3)
    expect(means[0]).toBeCloseTo(1.25, 12)
    expect(means[1]).toBeCloseTo(4.75, 12)
  })

  it('pulls all the way where groups differ by no more than chance', () => {
    // Group means 1 and 1: nothing between.
    const { means } = fitShrunkenMeans(
      { groupOf: [0, 0, 1, 1], values: [0, 2, 0, 2], groups: 2 },
      [0, 1, 2, 3],
    )
    expect([...means]).toEqual([1, 1])
  })

  it('does not pull where values inside groups do not vary', () => {
    const { means } = fitShrunkenMeans(
      { groupOf: [0, 0, 1, 1], values: [0, 0, 1, 1], groups: 2 },
      [0, 1, 2, 3],
    )
    expect(means[0]).toBeCloseTo(0, 9)
    expect(means[1]).toBeCloseTo(1, 9)
  })

  it('gives the overall mean to an empty group, leaves out rows without group and rows not named', () => {
    const data = { groupOf: [0, 0, 1, 1, -1, 2], values: [0, 2, 4, 6, 1000, 1000], groups: 4 }
    const { mean, means } = fitShrunkenMeans(data, [0, 1, 2, 3, 4])
    expect(mean).toBe(3)
    expect([means[2], means[3]]).toEqual([3, 3])
    expect(fitShrunkenMeans(data, []).means).toEqual(Float64Array.of(0, 0, 0, 0))
  })

  it('lies between the group mean and the overall mean, larger groups nearer to their own', () => {
    const value = fc.integer({ min: -10, max: 10 })
    const row = fc.tuple(fc.integer({ min: 0, max: 3 }), value)
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const groupOf = rows.map(([group]) => group)
        const values = rows.map(([, v]) => v)
        const { mean, means } = fitShrunkenMeans({ groupOf, values, groups: 4 }, rows.keys())
        for (let group = 0; group < 4; group++) {
          const own = values.filter((_, i) => groupOf[i] === group)
          const ownMean = own.length === 0 ? mean : own.reduce((a, b) => a + b, 0) / own.length
          expect(means[group]!).toBeGreaterThanOrEqual(Math.min(mean, ownMean) - 1e-9)
          expect(means[group]!).toBeLessThanOrEqual(Math.max(mean, ownMean) + 1e-9)
        }
      }),
    )
  })
})
