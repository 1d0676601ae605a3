import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalDensity, normalProbability, normalQuantile } from './normal.ts'

describe('normal distribution', () => {
  // From scipy.stats.norm.
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [1.6448536269514722, 0.95],
    [-1.959963984540054, 0.025],
    [-2.999, 0.0013543365337271057],
    [-3.001, 0.0013454728250849653],
    [-6, 9.865876450376981e-10],
  ])('P(X <= %d) = %d', (x, p) => {
    expect(normalProbability(x) / p).toBeCloseTo(1, 11)
  })

  it('is exact to twelve digits where it is known to more', () => {
    expect(normalProbability(1)).toBeCloseTo(0.841344746068543, 14)
    expect(normalProbability(-6) / 9.865876450376981e-10).toBeCloseTo(1, 12)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14)
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12)
    expect(normalDensity(0)).toBeCloseTo(0.3989422804014327, 15)
  })

  it('quantile and probability undo each other', () => {
    fc.assert(
      fc.property(fc.double({ min: -7, max: 5, noNaN: true }), (x) => {
        expect(normalQuantile(normalProbability(x))).toBeCloseTo(x, 8)
      }),
    )
  })

  it('has its ends', () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY)
  })
})
