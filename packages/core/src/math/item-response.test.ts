import { describe, expect, it } from 'vitest'
import { addResponseGradient, fitItemResponse, type ResponseWeights } from './item-response.ts'
import { sigmoid } from './logistic.ts'
import { createRng } from './rng.ts'

const PARTS = ['abilities', 'asked', 'difficulty'] as const

describe('addResponseGradient', () => {
  it('is the derivative of the mean cross-entropy', () => {
    const rng = createRng(5)
    const draw = (length: number): Float64Array => Float64Array.from({ length }, () => 2 * rng.next() - 1)
    // Three models, two abilities, embeddings of three.
    const weights: ResponseWeights = { abilities: draw(6), asked: draw(6), difficulty: draw(3) }
    const embedding = draw(3)
    const qualities = [1, 0, 0.4]
    const dot = (row: Float64Array): number => row.reduce((sum, one, i) => sum + one * embedding[i]!, 0)
    const lossOf = ({ abilities, asked, difficulty }: ResponseWeights): number => {
      const wanted = [dot(asked.slice(0, 3)), dot(asked.slice(3))]
      return qualities.reduce((sum, quality, j) => {
        const p = sigmoid(
          abilities[2 * j]! * wanted[0]! + abilities[2 * j + 1]! * wanted[1]! - dot(difficulty),
        )
        return sum - (quality * Math.log(p) + (1 - quality) * Math.log(1 - p)) / 3
      }, 0)
    }
    const gradient: ResponseWeights = {
      abilities: new Float64Array(6),
      asked: new Float64Array(6),
      difficulty: new Float64Array(3),
    }
    addResponseGradient(weights, { embedding, qualities }, gradient)
    for (const part of PARTS) {
      weights[part].forEach((value, i) => {
        const lossAt = (to: number): number =>
          lossOf({ ...weights, [part]: weights[part].map((one, k) => (k === i ? to : one)) })
        expect(gradient[part][i]).toBeCloseTo((lossAt(value + 1e-5) - lossAt(value - 1e-5)) / 2e-5, 7)
      })
    }
  })
})

describe('fitItemResponse', () => {
  it('learns that one model can what another cannot', () => {
    const rng = createRng(1)
    const rows = 400
    const dense = new Float32Array(2 * rows)
    const qualities = new Float64Array(2 * rows)
    for (let row = 0; row < rows; row++) {
      const angle = 2 * Math.PI * rng.next()
      dense.set([Math.cos(angle), Math.sin(angle)], 2 * row)
      qualities.set([Math.cos(angle) > 0 ? 1 : 0, Math.cos(angle) > 0 ? 0 : 1], 2 * row)
    }
    const data = { dense, columns: 2, rank: 2, qualities, models: 2 }
    const u = fitItemResponse(data, [...Array(rows).keys()], createRng(2))
    const odds = (model: number, x: number): number => u[3 * model]! * x + u[3 * model + 2]!
    expect(odds(0, 1)).toBeGreaterThan(0.5)
    expect(odds(0, -1)).toBeLessThan(-0.5)
    expect(odds(1, 1)).toBeLessThan(-0.5)
    expect(odds(1, -1)).toBeGreaterThan(0.5)
  })
})
