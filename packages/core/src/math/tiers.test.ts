import { array, assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitIntoTiers } from './tiers.ts'

/** Sum over tiers of the variance inside. */
function spread(values: readonly number[], tierOf: readonly number[]): number {
  return [...new Set(tierOf)].reduce((sum, tier) => {
    const inside = values.filter((_, i) => tierOf[i] === tier)
    const mean = inside.reduce((a, b) => a + b, 0) / inside.length
    return sum + inside.reduce((a, b) => a + (b - mean) ** 2, 0) / inside.length
  }, 0)
}

describe('splitIntoTiers', () => {
  it('puts neighbours together', () => {
    // 10, 11 | 20, 22 | 50: variances 1/4 + 1 + 0. Any other two cuts leave a gap of 9 or more inside.
    expect(splitIntoTiers([20, 10, 50, 11, 22], 3)).toEqual([1, 2, 0, 2, 1])
  })

  it.each([
    [[5, 7, 6], 1, [0, 0, 0]],
    [[5, 7, 6], 9, [2, 0, 1]],
  ])('%j in %i tiers', (values, tiers, expected) => expect(splitIntoTiers(values, tiers)).toEqual(expected))

  it('no two cuts do better', () => {
    assert(
      property(array(integer({ min: 0, max: 60 }), { minLength: 4, maxLength: 8 }), (values) => {
        const found = spread(values, splitIntoTiers(values, 3))
        const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
        for (let a = 1; a < values.length - 1; a++) {
          for (let b = a + 1; b < values.length; b++) {
            const other = values.map((_, i) => (order.indexOf(i) < a ? 0 : order.indexOf(i) < b ? 1 : 2))
            expect(found).toBeLessThanOrEqual(spread(values, other) + 1e-9)
          }
        }
      }),
    )
  })
})
