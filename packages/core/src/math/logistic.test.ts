import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crossEntropy, logit, sigmoid } from './logistic.ts'

const real = fc.double({ min: -700, max: 700, noNaN: true })
const unit = fc.double({ min: 0, max: 1, noNaN: true })

describe('sigmoid', () => {
  it('is 1/2 at 0, 0.75 at ln 3, symmetric, and never leaves [0, 1]', () => {
    expect(sigmoid(0)).toBe(0.5)
    expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 15)
    expect([sigmoid(-1e9), sigmoid(1e9)]).toEqual([0, 1])
    fc.assert(
      fc.property(real, (z) => {
        expect(sigmoid(z) + sigmoid(-z)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('never falls', () => {
    fc.assert(
      fc.property(real, real, (a, b) => {
        expect(sigmoid(Math.max(a, b))).toBeGreaterThanOrEqual(sigmoid(Math.min(a, b)))
      }),
    )
  })
})

describe('logit', () => {
  it('undoes sigmoid and is finite at the ends', () => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 10, noNaN: true }), (z) => {
        expect(logit(sigmoid(z))).toBeCloseTo(z, 6)
      }),
    )
    expect(logit(0)).toBeCloseTo(-Math.log(1e6), 5)
    expect(logit(1)).toBeCloseTo(Math.log(1e6), 5)
  })
})

describe('crossEntropy', () => {
  it('is the textbook form where that is safe', () => {
    // y = 0.3, p = 0.75: -0.3 ln 0.75 - 0.7 ln 0.25 = 0.0863 + 0.9704
    expect(crossEntropy(0.3, Math.log(3))).toBeCloseTo(-0.3 * Math.log(0.75) - 0.7 * Math.log(0.25), 14)
  })

  it('is finite and not negative everywhere, least at z = logit(y)', () => {
    fc.assert(
      fc.property(unit, real, (y, z) => {
        const loss = crossEntropy(y, z)
        expect(Number.isFinite(loss)).toBe(true)
        expect(loss).toBeGreaterThanOrEqual(crossEntropy(y, logit(y, 1e-12)) - 1e-9)
      }),
    )
  })
})
