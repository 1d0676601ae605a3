import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { bootstrap, expandDraw, quantile } from './bootstrap.ts'

describe('bootstrap', () => {
  it('gives about mean -+ 1.96 s / sqrt(n) for a mean', () => {
    const rng = createRng(5)
    const values = Array.from({ length: 400 }, () => rng.next())
    const mean = values.reduce((a, b) => a + b, 0) / 400
    const { m } = bootstrap(
      400,
      (draw) => ({ m: values.reduce((sum, value, i) => sum + value * (draw[i] ?? 0), 0) / 400 }),
      { seed: 1, resamples: 2000 },
    )
    const half = 1.96 * Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 400 / 400)
    expect(m?.[0]).toBeCloseTo(mean - half, 2)
    expect(m?.[1]).toBeCloseTo(mean + half, 2)
  })

  it('covers the truth in about 95 of 100 samples', () => {
    const rng = createRng(17)
    let covered = 0
    for (let trial = 0; trial < 200; trial++) {
      const values = Array.from({ length: 80 }, () => (rng.next() < 0.3 ? 1 : 0))
      const statistics = (draw: Uint16Array): { m: number } => ({
        m: values.reduce((sum: number, value, i) => sum + value * (draw[i] ?? 0), 0) / 80,
      })
      const [low, high] = bootstrap(80, statistics, { seed: trial, resamples: 200 }).m ?? [1, 0]
      if (low <= 0.3 && 0.3 <= high) covered += 1
    }
    expect(covered).toBeGreaterThan(175)
    expect(covered).toBeLessThanOrEqual(200)
  })

  it('repeats for a seed, and has no interval for what is often undefined', () => {
    let calls = 0
    const statistics = (draw: Uint16Array): { often: number; seldom: number | undefined } => ({
      often: draw[0] ?? 0,
      seldom: calls++ % 10 === 0 ? 1 : undefined,
    })
    const first = bootstrap(20, statistics, { seed: 3, resamples: 100 })
    expect(first.seldom).toBeUndefined()
    expect(bootstrap(20, statistics, { seed: 3, resamples: 100 }).often).toEqual(first.often)
  })
})

describe('expandDraw', () => {
  it('repeats values in the given order: order 2 0 1, drawn 1 0 2 times', () => {
    expect([...expandDraw(Uint16Array.of(1, 0, 2), [2, 0, 1], [10, 11, 12])]).toEqual([12, 12, 10])
    expect([...expandDraw(Uint16Array.of(1, 0, 2), [2], [10, 11, 12])]).toEqual([12, 12])
    expect([...expandDraw(Uint16Array.of(3, 0, 0), [0, 1], [10, 11, 12])]).toEqual([10, 10, 10])
  })
})

describe('quantile', () => {
  it('interpolates: a quarter of the way through 0, 10, 20 is 5', () => {
    expect(quantile([0, 10, 20], 0.25)).toBe(5)
  })

  it('stays within the values', () => {
    const sorted = fc.array(fc.integer(), { minLength: 1 }).map((v) => v.sort((a, b) => a - b))
    fc.assert(
      fc.property(sorted, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const q = quantile(values, share)
        expect(q).toBeGreaterThanOrEqual(values[0] ?? 0)
        expect(q).toBeLessThanOrEqual(values.at(-1) ?? 0)
      }),
    )
  })
})
