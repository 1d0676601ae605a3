import { describe, expect, it } from 'vitest'
import { areaUnderQualityCurve, createQualityCurve } from '../math/quality-curve.ts'
import { createRng } from '../math/rng.ts'
import { createGain, type GainInput } from './headroom-gain.ts'

function twice(values: readonly number[]): number[] {
  return [...values, ...values]
}

/** Two folds of four queries with equal gaps, so that what serves one fold serves the other. */
function makeInput(small: readonly number[], large: readonly number[], scores: readonly number[]): GainInput {
  const ties = Array.from({ length: 8 }, (_, i) => i)
  return {
    scores: twice(scores),
    small: twice(small),
    large: twice(large),
    foldOf: [0, 0, 0, 0, 1, 1, 1, 1],
    folds: 2,
    ties,
  }
}

const everyRow = new Uint16Array(8).fill(1)

describe('createGain', () => {
  it('is the worked gain of scores that know the gap', () => {
    // Gaps 0, 0, -1, -1 by falling score, mean -1/2. Half kept: Q = 1, random mix 1 - 1/4 - ... = 1 + 1/2 * (-1/2) = 3/4: gain 1/4.
    // Average: gains at shares 0, 1/4, 1/2, 3/4, 1 are 0, 1/8, 1/4, 1/8, 0; trapezoids: 1/8.
    const input = makeInput([1, 1, 0, 0], [1, 1, 1, 1], [4, 3, 2, 1])
    const gain = createGain(input)(everyRow)
    expect(gain.best).toBeCloseTo(1 / 4, 12)
    expect(gain.bestShare).toBe(1 / 2)
    expect(gain.average).toBeCloseTo(1 / 8, 12)
    expect(gain.keptAtDrop['0']).toBe(1 / 2)
    const curve = createQualityCurve(input)
    expect(gain.average).toBeCloseTo(areaUnderQualityCurve(curve) - (1 + 1 / 2) / 2, 12)
  })

  it('keeps nothing small, and gains nothing, where scores are the wrong way round', () => {
    const gain = createGain(makeInput([1, 1, 0, 0], [1, 1, 1, 1], [1, 2, 3, 4]))(everyRow)
    expect(gain.best).toBe(0)
    expect(gain.average).toBeCloseTo(-1 / 8, 12)
  })

  it('is held against the small model where that is the better one', () => {
    // Gaps 1, 1, 0, -1: sending the last to the large model alone gains 1/4 over all small.
    const gain = createGain(makeInput([1, 1, 1, 0], [0, 0, 1, 1], [4, 3, 2, 1]))(everyRow)
    expect(gain.best).toBeCloseTo(1 / 4, 12)
    expect(gain.bestShare).toBe(3 / 4)
  })

  it('finds nothing in noise on average: the best share is chosen on other folds', () => {
    const rng = createRng(5)
    const column = (): number[] => Array.from({ length: 200 }, () => Math.round(rng.next()))
    const bests = Array.from({ length: 200 }, () => {
      const [small, large] = [column(), column().map((value) => Math.max(value, Math.round(rng.next())))]
      const scores = small.map(() => rng.next())
      const foldOf = scores.map((_, i) => i % 5)
      return createGain({ scores, small, large, foldOf, folds: 5, ties: scores })(
        new Uint16Array(200).fill(1),
      ).best
    })
    const mean = bests.reduce((sum, value) => sum + value, 0) / bests.length
    const deviation = Math.sqrt(bests.reduce((sum, value) => sum + (value - mean) ** 2, 0) / bests.length)
    expect(mean).toBeLessThan((3 * deviation) / Math.sqrt(bests.length))
  })
})
