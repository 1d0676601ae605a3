import { array, assert, constantFrom, double, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addBattles, fitBradleyTerry, preferenceOf } from './bradley-terry.ts'
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

describe('fitBradleyTerry', () => {
  it('of two: the log of the ratio of wins', () => {
    // 6 wins against 2: p / (1 - p) = 3.
    const [a = 0, b = 0] = fitBradleyTerry(Float64Array.of(0, 6, 2, 0), 2)
    expect(a - b).toBeCloseTo(Math.log(3), 9)
    expect(a + b).toBeCloseTo(0, 9)
  })

  it('expects as many wins as there were', () => {
    const wins = Float64Array.of(0, 5, 3, 2, 0, 4, 1, 6, 0)
    const strengths = fitBradleyTerry(wins, 3)
    for (let i = 0; i < 3; i++) {
      let surplus = 0
      for (let j = 0; j < 3; j++) {
        if (i === j) continue
        const battles = wins[3 * i + j]! + wins[3 * j + i]!
        surplus += wins[3 * i + j]! - battles * sigmoid(strengths[i]! - strengths[j]!)
      }
      expect(surplus).toBeCloseTo(0, 6)
    }
  })
})
