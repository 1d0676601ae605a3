import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adjustHolm } from './holm.ts'

describe('adjustHolm', () => {
  it('worked by hand: 0.01, 0.04, 0.03, 0.005', () => {
    // Ascending 0.005, 0.01, 0.03, 0.04 times 4, 3, 2, 1 is 0.02, 0.03, 0.06, 0.04; the running maximum lifts the last to 0.06.
    const adjusted = adjustHolm([0.01, 0.04, 0.03, 0.005])
    for (const [i, value] of [0.03, 0.06, 0.06, 0.02].entries()) expect(adjusted[i]).toBeCloseTo(value, 12)
  })

  it('leaves a single comparison alone and stops at 1', () => {
    expect(adjustHolm([0.2])).toEqual([0.2])
    expect(adjustHolm([0.6, 0.7])).toEqual([1, 1])
    expect(adjustHolm([])).toEqual([])
  })

  it('lies between p and m p, keeps the order, and does not depend on the order given', () => {
    const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(pValues, (values) => {
        const adjusted = adjustHolm(values)
        for (const [i, p] of values.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p)
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, values.length * p))
          for (const [j, q] of values.entries()) {
            if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? -1)
          }
        }
        expect(adjustHolm(values.toReversed()).toReversed()).toEqual(adjusted)
      }),
    )
  })
})
