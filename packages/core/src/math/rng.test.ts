import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng, shuffle } from './rng.ts'

const take = (seed: number, n: number): number[] => {
  const rng = createRng(seed)
  return Array.from({ length: n }, () => rng.next())
}

describe('createRng', () => {
  it('repeats for a seed and differs between seeds', () => {
    expect(take(7, 5)).toEqual(take(7, 5))
    expect(take(7, 5)).not.toEqual(take(8, 5))
    expect(take(1, 5)).not.toEqual(take(1 + 2 ** 32, 5))
    expect(take(1, 5)).not.toEqual(take(-1, 5))
  })

  it('is uniform: mean, variance and neighbours of 100,000 numbers', () => {
    const values = take(1, 100_000)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
    const lag =
      values.slice(1).reduce((a, b, i) => a + (b - mean) * ((values[i] ?? NaN) - mean), 0) / values.length
    expect(mean).toBeCloseTo(0.5, 2)
    expect(variance).toBeCloseTo(1 / 12, 3)
    expect(Math.abs(lag / variance)).toBeLessThan(0.01)
    expect(values.every((v) => v >= 0 && v < 1)).toBe(true)
  })

  it('draws integers evenly: chi-squared over 10 faces, 100,000 draws', () => {
    const rng = createRng(3)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 100_000; i++) {
      const face = rng.int(10)
      counts[face] = (counts[face] ?? NaN) + 1
    }
    const chi = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    expect(chi).toBeLessThan(27.9) // 99.9% quantile of chi-squared with 9 degrees of freedom
  })

  it('refuses seeds that are not integers', () => {
    expect(() => createRng(Number.NaN)).toThrow(RangeError)
    expect(() => createRng(0.5)).toThrow(RangeError)
  })
})

describe('shuffle', () => {
  it('is a permutation and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items]
        const after = shuffle(createRng(seed), items)
        expect(items).toEqual(before)
        expect([...after].sort((a, b) => a - b)).toEqual([...before].sort((a, b) => a - b))
      }),
    )
  })
})
