import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binomialProbability, hoeffdingBentkusPValue } from './hoeffding-bentkus.ts'

describe('binomial probability', () => {
  it('equals the sum written out', () => {
    // n = 3, p = 0.5: 1, 3, 3, 1 of 8.
    expect(binomialProbability(0, 3, 0.5)).toBeCloseTo(1 / 8, 14)
    expect(binomialProbability(1, 3, 0.5)).toBeCloseTo(4 / 8, 14)
    expect(binomialProbability(2, 3, 0.5)).toBeCloseTo(7 / 8, 14)
    expect(binomialProbability(3, 3, 0.5)).toBe(1)
    expect(binomialProbability(-1, 3, 0.5)).toBe(0)
  })

  it('adds up term by term, also for many trials', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (n, p) => {
          let term = (1 - p) ** n
          let sum = 0
          for (let k = 0; k <= n; k++) {
            sum += term
            if (term > 1e-250) expect(binomialProbability(k, n, p)).toBeCloseTo(sum, 9)
            term *= ((n - k) / (k + 1)) * (p / (1 - p))
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('Hoeffding-Bentkus', () => {
  it('takes the smaller of both bounds', () => {
    // n = 100, bound 0.5, mean 0.4: Hoeffding exp(-100 (0.4 ln 0.8 + 0.6 ln 1.2)) = exp(-2.0136) = 0.1335;
    // Bentkus e P(Bin(100, 1/2) <= 40) = e * 0.02844 = 0.07731.
    expect(hoeffdingBentkusPValue(0.4, 0.5, 100)).toBeCloseTo(0.07731, 4)
    // Far out Hoeffding wins: mean 0: exp(100 ln 0.5) = 2^-100, Bentkus e times that.
    expect(hoeffdingBentkusPValue(0, 0.5, 100) / 2 ** -100).toBeCloseTo(1, 9)
    expect(hoeffdingBentkusPValue(0.6, 0.5, 100)).toBe(1)
  })

  it('rises with the mean', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.49, noNaN: true }),
        fc.double({ min: 0, max: 0.49, noNaN: true }),
        (a, b) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)]
          const rounding = 1e-9
          expect(hoeffdingBentkusPValue(low, 0.5, 200)).toBeLessThanOrEqual(
            hoeffdingBentkusPValue(high, 0.5, 200) * (1 + rounding),
          )
        },
      ),
    )
  })
})
