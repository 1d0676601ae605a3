import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitIsotonic } from './isotonic.ts'

describe('isotonic regression', () => {
  it('pools what is out of order, worked by hand', () => {
    // 3 and 1 pool to 2; then 4 with weight 1 and 2 with weight 3 pool to 2.5.
    expect(fitIsotonic([3, 1, 4, 2, 5], [1, 1, 1, 3, 1])).toEqual([2, 2, 2.5, 2.5, 5])
    expect(fitIsotonic([1, 2, 3], [1, 1, 1])).toEqual([1, 2, 3])
    expect(fitIsotonic([], [])).toEqual([])
  })

  it('never falls, keeps the weighted mean, and leaves what is in order alone', () => {
    const pairs = fc.array(
      fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.integer({ min: 1, max: 9 })),
      {
        minLength: 1,
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(pairs, (given) => {
        const values = given.map(([value]) => value)
        const weights = given.map(([, weight]) => weight)
        const fitted = fitIsotonic(values, weights)
        const meanOf = (one: readonly number[]): number =>
          one.reduce((sum, value, i) => sum + value * weights[i]!, 0)
        expect(meanOf(fitted)).toBeCloseTo(meanOf(values), 8)
        for (let i = 1; i < fitted.length; i++) expect(fitted[i]!).toBeGreaterThanOrEqual(fitted[i - 1]!)
        const sorted = values.toSorted((a, b) => a - b)
        fitIsotonic(sorted, weights).forEach((value, i) => expect(value).toBeCloseTo(sorted[i]!, 9))
      }),
    )
  })
})
