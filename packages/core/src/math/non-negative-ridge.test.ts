import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitNonNegativeRidge, selectShrinkage } from './non-negative-ridge.ts'
import { createRng } from './rng.ts'

/** Predictors of mean 0 and deviation 1 around a common signal, and a target. */
function makeData(predictors: number, rows: number, seed: number): { z: Float64Array[]; y: Float64Array } {
  const rng = createRng(seed)
  const signal = Float64Array.from({ length: rows }, () => rng.next() - 0.5)
  const z = Array.from({ length: predictors }, (_, j) => {
    const raw = signal.map((value) => (j % 2 === 0 ? value : -0.2 * value) + rng.next() - 0.5)
    const mean = raw.reduce((a, b) => a + b, 0) / rows
    const deviation = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / rows)
    return raw.map((value) => (value - mean) / deviation)
  })
  return { z, y: signal.map((value) => 3 + value + 0.3 * (rng.next() - 0.5)) }
}

function objective(
  { z, y }: { z: readonly Float64Array[]; y: Float64Array },
  weights: ArrayLike<number>,
  { shrinkage, common }: { shrinkage: number; common: number },
): number {
  const mean = y.reduce((a, b) => a + b, 0) / y.length
  const error = y.reduce((sum, value, i) => {
    const predicted = z.reduce((p, column, j) => p + weights[j]! * column[i]!, mean)
    return sum + (value - predicted) ** 2
  }, 0)
  return error / y.length + shrinkage * z.reduce((sum, _, j) => sum + (weights[j]! - common) ** 2, 0)
}

const close = (weights: Float64Array): number[] => [...weights].map((w) => Math.round(w * 1e9) / 1e9)

describe('fitNonNegativeRidge', () => {
  it('solves a case worked by hand', () => {
    // Orthogonal z1 = (1,1,-1,-1), z2 = (1,-1,1,-1); y = 5 + 2 z1 + z2. Common weight: <z1 + z2, y> / |z1 + z2|^2 = 12 / 8 = 1.5.
    // Without shrinkage (2, 1). With shrinkage s each weight is (w + 1.5 s) / (1 + s): s = 1 gives (1.75, 1.25).
    const z = [Float64Array.of(1, 1, -1, -1), Float64Array.of(1, -1, 1, -1)]
    const y = Float64Array.of(8, 6, 4, 2)
    expect(close(fitNonNegativeRidge(z, y, 0))).toEqual([2, 1])
    expect(close(fitNonNegativeRidge(z, y, 1))).toEqual([1.75, 1.25])
    expect(close(fitNonNegativeRidge(z, y, 1e12))).toEqual([1.5, 1.5])
  })

  it('holds a weight that wants to be negative at 0', () => {
    // y = 2 z1 - z2 with the same z: unconstrained (2, -1), so (2, 0).
    const z = [Float64Array.of(1, 1, -1, -1), Float64Array.of(1, -1, 1, -1)]
    const y = Float64Array.of(1, 3, -3, -1)
    const [first, second] = fitNonNegativeRidge(z, y, 0)
    expect(first).toBeCloseTo(2, 9)
    expect(second).toBe(0)
  })

  it('never gives a negative weight and is not bettered by any small move', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.nat(1e6),
        fc.constantFrom(0.01, 0.1, 1),
        (k, seed, shrinkage) => {
          const data = makeData(k, 40, seed)
          const weights = fitNonNegativeRidge(data.z, data.y, shrinkage)
          const [common = 0] = fitNonNegativeRidge(data.z, data.y, 1e12)
          const best = objective(data, weights, { shrinkage, common })
          for (const j of weights.keys()) {
            expect(weights[j]!).toBeGreaterThanOrEqual(0)
            for (const move of [-0.01, 0.01]) {
              const moved = Float64Array.from(weights)
              moved[j] = Math.max(0, moved[j]! + move)
              expect(objective(data, moved, { shrinkage, common })).toBeGreaterThanOrEqual(best - 1e-9)
            }
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  it('gives nothing to predictors that say the opposite', () => {
    const z = [Float64Array.of(1, -1), Float64Array.of(1, -1)]
    expect([...fitNonNegativeRidge(z, Float64Array.of(-1, 1), 0.1)]).toEqual([0, 0])
  })
})

describe('selectShrinkage', () => {
  it('is the residual variance over n, spread and common weight squared, worked by hand', () => {
    // The case above: common weight 1.5, residuals y - 5 - 1.5 (z1 + z2) = (0, 1, -1, 0), variance 1/2; spread 0.5:
    // 0.5 / (4 * 0.75^2) = 0.2222.
    const z = [Float64Array.of(1, 1, -1, -1), Float64Array.of(1, -1, 1, -1)]
    expect(selectShrinkage(z, Float64Array.of(8, 6, 4, 2), 0.5)).toBeCloseTo(2 / 9, 12)
  })

  it('falls as rows come in, and has an upper end where there is nothing to learn', () => {
    const few = makeData(3, 100, 1)
    const many = makeData(3, 5000, 1)
    expect(selectShrinkage(many.z, many.y, 0.7)).toBeLessThan(selectShrinkage(few.z, few.y, 0.7) / 10)
    expect(
      selectShrinkage(
        few.z,
        few.y.map(() => 1),
        0.7,
      ),
    ).toBe(10)
  })
})
