import { describe, expect, it } from 'vitest'
import { createAdam } from './adam.ts'
import { sigmoid } from './logistic.ts'
import { addFactorGradient, fitFactors, type FactorWeights } from './preference-factors.ts'
import { createRng } from './rng.ts'

function randomWeights(models: number, width: number, rank: number): FactorWeights {
  const rng = createRng(3)
  const draw = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * rng.next() - 1)
  return { v: draw(models * width), c: draw(width), w: draw(width * rank) }
}

/** The loss as the paper writes it, from scratch. */
function lossOf({ v, c, w }: FactorWeights, embedding: Float64Array, y: number): number {
  const width = c.length
  const strength = (model: number): number => {
    const vector = v.slice(model * width, (model + 1) * width)
    const norm = Math.hypot(...vector)
    return vector.reduce((sum, one, k) => {
      const hidden = embedding.reduce((h, e, i) => h + w[k * embedding.length + i]! * e, 0)
      return sum + (c[k]! * one * hidden) / norm
    }, 0)
  }
  const p = sigmoid(strength(0) - strength(1))
  return -y * Math.log(p) - (1 - y) * Math.log(1 - p)
}

describe('addFactorGradient', () => {
  it.each([
    ['a win', [1, 0], 1],
    ['a tie', [1, 1], 0.5],
  ] as const)('is the derivative of the loss: %s', (_, qualities, y) => {
    const weights = randomWeights(2, 3, 4)
    const embedding = Float64Array.of(0.5, -0.2, 0.7, 0.1)
    const gradient = randomWeights(2, 3, 4)
    for (const part of ['v', 'c', 'w'] as const) gradient[part].fill(0)
    addFactorGradient(weights, { embedding, qualities }, gradient)
    for (const part of ['v', 'c', 'w'] as const) {
      weights[part].forEach((value, i) => {
        const lossAt = (to: number): number => {
          const moved = { ...weights, [part]: weights[part].map((one, k) => (k === i ? to : one)) }
          return lossOf(moved, embedding, y)
        }
        const slope = (lossAt(value + 1e-5) - lossAt(value - 1e-5)) / 2e-5
        expect(gradient[part][i]).toBeCloseTo(slope, 7)
      })
    }
  })
})

describe('fitFactors', () => {
  it('learns who wins on which side of the plane', () => {
    const rng = createRng(1)
    const rows = 300
    const dense = new Float32Array(2 * rows)
    const qualities = new Float64Array(2 * rows)
    for (let row = 0; row < rows; row++) {
      const angle = 2 * Math.PI * rng.next()
      dense.set([Math.cos(angle), Math.sin(angle)], 2 * row)
      qualities.set(Math.cos(angle) > 0 ? [1, 0] : [0, 1], 2 * row)
    }
    const u = fitFactors(
      { dense, columns: 2, rank: 2, qualities, models: 2 },
      [...Array(rows).keys()],
      createRng(2),
    )
    const lead = (x: number, y: number): number => (u[0]! - u[3]!) * x + (u[1]! - u[4]!) * y
    expect(lead(1, 0)).toBeGreaterThan(1)
    expect(lead(-1, 0)).toBeLessThan(-1)
    expect(Math.abs(lead(0, 1))).toBeLessThan(lead(1, 0) / 2)
  })
})

describe('createAdam', () => {
  it('takes hand-worked steps', () => {
    // Step 1, gradient 2 (decay 0): m = 0.2, v = 0.004; corrected 2 and 4; moves by 0.1 * 2 / 2 = 0.1.
    // Step 2, gradient -2: m = -0.02, v = 0.007996; corrected -0.02 / 0.19 and 4; moves by 0.1 * 0.105263 / 2.
    const parameters = Float64Array.of(1)
    const adam = createAdam(parameters, { stepSize: 0.1 })
    const gradient = Float64Array.of(2)
    adam.step(gradient)
    expect(parameters[0]).toBeCloseTo(0.9, 8)
    expect(gradient[0]).toBe(0)
    gradient[0] = -2
    adam.step(gradient)
    expect(parameters[0]).toBeCloseTo(0.9 + (0.1 * 0.02) / 0.19 / 2, 8)
  })
})
