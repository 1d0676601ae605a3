import { describe, expect, it } from 'vitest'
import { sigmoid } from './logistic.ts'
import { fitRidgeLogistic } from './ridge-logistic.ts'
import { createRng } from './rng.ts'

const rng = createRng(3)
const a = Float64Array.from({ length: 500 }, () => 10 + 4 * rng.next())
const b = Float64Array.from({ length: 500 }, () => 2 * rng.next())

describe('fitRidgeLogistic', () => {
  it('finds the weights that made the soft labels', () => {
    const y = a.map((value, i) => sigmoid(0.5 * value - 1.5 * b[i]! - 4))
    const { weights, bias } = fitRidgeLogistic([a, b], y, 0)
    expect(weights[0]).toBeCloseTo(0.5, 5)
    expect(weights[1]).toBeCloseTo(-1.5, 5)
    expect(bias).toBeCloseTo(-4, 4)
  })

  it('is at the optimum: worked by hand for one predictor of -1 and 1', () => {
    // Labels 1/4 at -1 and 3/4 at 1: the slope w solves sigmoid(w) - 3/4 + ridge w = 0; with ridge 1/10, w = 0.6991… the bias is 0.
    const { weights, bias } = fitRidgeLogistic([Float64Array.of(-1, 1)], Float64Array.of(0.25, 0.75), 0.1)
    const [w = 0] = weights
    expect(sigmoid(w) - 0.75 + 0.1 * w).toBeCloseTo(0, 9)
    expect(bias).toBeCloseTo(0, 9)
  })

  it('shrinks the weights, not the base rate', () => {
    const y = a.map((value) => sigmoid(value - 11))
    const base = y.reduce((sum, value) => sum + value, 0) / y.length
    const { weights, bias } = fitRidgeLogistic([a], y, 1e6)
    expect(Math.abs(weights[0] ?? 1)).toBeLessThan(1e-5)
    expect(sigmoid(bias + (weights[0] ?? 0) * 12)).toBeCloseTo(base, 4)
  })

  it('does not care for the scale of a predictor, and stays finite for constants and labels of one class', () => {
    const y = a.map((value) => sigmoid(value - 11))
    const [wide = 0] = fitRidgeLogistic([a.map((value) => 1000 * value)], y, 0.1).weights
    expect(1000 * wide).toBeCloseTo(fitRidgeLogistic([a], y, 0.1).weights[0] ?? 0, 9)
    const { weights, bias } = fitRidgeLogistic(
      [a, a.map(() => 7)],
      a.map(() => 1),
      0.1,
    )
    for (const value of [...weights, bias]) expect(Number.isFinite(value)).toBe(true)
    expect(sigmoid(bias + weights[0]! * 12)).toBeGreaterThan(0.99)
  })
})
