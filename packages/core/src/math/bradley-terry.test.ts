import { array, assert, constantFrom, double, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addBattles, preferenceOf } from './bradley-terry.ts'
import { sigmoid } from './logistic.ts'

function lossOf(qualities: readonly number[], s: Float64Array): number {
  let sum = 0
  for (let i = 0; i < s.length; i++) {
    for (let j = i + 1; j < s.length; j++) {
      const y = preferenceOf(qualities[i]!, qualities[j]!)
      const p = sigmoid(s[i]! - s[j]!)
      sum -= (y * Math.log(p) + (1 - y) * Math.log(1 - p)) / (s.length - 1)
    }
  }
  return sum
}

describe('preferenceOf', () => {
  it.each([
    [1, 0, 1],
    [0, 1, 0],
    [0.5, 0.5, 0.5],
    [0.7, 0.6, 1],
  ])('quality %s against %s: %s', (quality, other, y) => expect(preferenceOf(quality, other)).toBe(y))
})

describe('addBattles', () => {
  it('is a hand-worked gradient', () => {
    // Strengths ln 3, 0, 0. sigmoid(ln 3) = 3/4. Model 0 loses to 1 and ties with 2; model 1 beats 2.
    // errors: 01: 3/4 - 0, 02: 3/4 - 1/2, 12: 1/2 - 1; each halved, since a model fights 2 battles.
    const gradient = new Float64Array(3)
    addBattles([0.5, 1, 0.5], Float64Array.of(Math.log(3), 0, 0), gradient)
    ;[0.5, -0.625, 0.125].forEach((value, i) => expect(gradient[i]).toBeCloseTo(value, 12))
  })

  it('is the derivative of the loss', () => {
    const row = record({
      quality: constantFrom(0, 0.5, 1),
      strength: double({ min: -3, max: 3, noNaN: true }),
    })
    assert(
      property(array(row, { minLength: 2, maxLength: 6 }), (models) => {
        const qualities = models.map(({ quality }) => quality)
        const strengths = Float64Array.from(models, ({ strength }) => strength)
        const gradient = new Float64Array(models.length)
        addBattles(qualities, strengths, gradient)
        models.forEach((_, i) => {
          const moved = (by: number): number =>
            lossOf(
              qualities,
              strengths.map((s, j) => (j === i ? s + by : s)),
            )
          expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6)
        })
      }),
      { numRuns: 50 },
    )
  })
})
