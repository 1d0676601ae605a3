import { describe, expect, it } from 'vitest'
import { createCrossRidge, scaleColumns } from './cross-ridge.ts'
import { createRng } from './rng.ts'

const ROWS = 300
const FOLDS = 3

function makeRows(seed: number): { z: Float32Array; foldOf: Uint8Array; noise: Float64Array } {
  const rng = createRng(seed)
  const z = Float32Array.from({ length: ROWS * 2 }, () => rng.next() - 0.5)
  scaleColumns(z, 2)
  const foldOf = Uint8Array.from({ length: ROWS }, (_, i) => i % FOLDS)
  return { z, foldOf, noise: Float64Array.from({ length: ROWS }, () => rng.next() - 0.5) }
}

describe('createCrossRidge', () => {
  it('predicts no row by itself: a target does not move predictions of its own fold', () => {
    const { z, foldOf, noise } = makeRows(1)
    const ridge = createCrossRidge({ z, columns: 2, foldOf, folds: FOLDS })
    const [before, after] = [new Float64Array(ROWS), new Float64Array(ROWS)]
    ridge.predict(noise, before)
    ridge.predict(noise.with(0, 9), after)
    expect([0, 3, 6].map((row) => after[row])).toEqual([0, 3, 6].map((row) => before[row]))
    expect(after[1]).not.toBe(before[1])
  })

  it('finds a strong line nearly without shrinking it, and shrinks noise away', () => {
    const { z, foldOf, noise } = makeRows(2)
    const ridge = createCrossRidge({ z, columns: 2, foldOf, folds: FOLDS })
    const found = new Float64Array(ROWS)
    const line = noise.map((value, row) => 5 + 4 * z[2 * row]! + 0.1 * value)
    ridge.predict(line, found)
    // The signal is stronger than the grid's largest ratio, 0.6: 0.6 * 100 / (1 + 0.6 * 100) and more is kept.
    for (const row of [0, 50, 299]) expect(Math.abs(found[row]! - 4 * z[2 * row]!)).toBeLessThan(0.15)
    ridge.predict(noise, found)
    expect(Math.max(...found.map(Math.abs))).toBeLessThan(0.1)
  })
})

describe('scaleColumns', () => {
  it('centres columns and makes their variances add up to 1', () => {
    // Columns (1, 3) and (0, 2): centred (-1, 1) twice, variance 1 each, so all is divided by sqrt(2).
    const z = Float32Array.of(1, 0, 3, 2)
    expect(scaleColumns(z, 2)).toBe(true)
    for (const [i, value] of [-1, -1, 1, 1].entries()) expect(z[i]).toBeCloseTo(value / Math.SQRT2, 6)
    expect(scaleColumns(Float32Array.of(4, 4), 1)).toBe(false)
  })
})
