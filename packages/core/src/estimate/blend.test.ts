import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toRowTable } from '../math/row-table.ts'
import { combine, combineRaw, type Combination } from './blend.ts'
import { correct } from '../math/reliability.ts'
import { predictNearest } from './components.ts'

const COMBINATION: Combination = {
  means: [1, 0],
  deviations: [2, 0.5],
  weights: [1, 0.25],
  slope: 2,
  intercept: -1,
  reliability: { knots: [], values: [] },
}

describe('combine', () => {
  it('is the formula, worked by hand', () => {
    // z = 1 (3 - 1) / 2 + 0.25 (1 - 0) / 0.5 = 1.5; sigmoid(2 * 1.5 - 1) = sigmoid(2)
    expect(combineRaw(COMBINATION, [3, 1])).toBe(1.5)
    expect(combine(COMBINATION, [3, 1])).toBeCloseTo(1 / (1 + Math.exp(-2)), 15)
  })

  it('is a probability, and never falls when a component says more', () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true })
    fc.assert(
      fc.property(value, value, value, (first, second, more) => {
        const p = combine(COMBINATION, [first, second])
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(combine(COMBINATION, [first + Math.abs(more), second])).toBeGreaterThanOrEqual(p)
        expect(combine(COMBINATION, [first, second + Math.abs(more)])).toBeGreaterThanOrEqual(p)
      }),
    )
  })
})

describe('predictNearest', () => {
  const memory = { embeddings: toRowTable([1, 0, 0, 1], 2), gaps: Float32Array.of(-1, 0.5), meanGap: 0.1 }

  it('is the formula, worked by hand', () => {
    // Cosines 1 and 0: 0.1 + 1 (-1 - 0.1) / (1 + 1) = -0.45
    expect(predictNearest(memory, Float32Array.of(1, 0))).toBeCloseTo(-0.45, 4)
    // Cosines 0.6 and 0.8, cubes 0.216 and 0.512: 0.1 + (0.216 * -1.1 + 0.512 * 0.4) / 1.728 = 0.0810
    expect(predictNearest(memory, Float32Array.of(0.6, 0.8))).toBeCloseTo(0.081_019, 4)
  })

  it('says the mean where nothing is near', () => {
    expect(predictNearest(memory, Float32Array.of(-1, 0))).toBeCloseTo(0.1, 6)
    expect(predictNearest(memory, Float32Array.of(0, 0))).toBeCloseTo(0.1, 6)
  })
})

describe('correct', () => {
  const reliability = { knots: [0.4, 0.6], values: [0.3, 0.7] }

  it('draws straight lines from (0, 0) through the knots to (1, 1)', () => {
    for (const [p, corrected] of [
      [0, 0],
      [0.2, 0.15],
      [0.4, 0.3],
      [0.5, 0.5],
      [0.6, 0.7],
      [0.8, 0.85],
      [1, 1],
    ] as const) {
      expect(correct(reliability, p)).toBeCloseTo(corrected, 12)
    }
  })

  it('without knots changes nothing', () => expect(correct({ knots: [], values: [] }, 0.37)).toBe(0.37))
})
