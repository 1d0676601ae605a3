import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { resample } from './bootstrap.ts'
import { bootstrapPValue } from './bootstrap-test.ts'

describe('bootstrapPValue', () => {
  it('worked by hand: one of nine differences is below 0, so 2 (1 + 1) / 10', () => {
    expect(bootstrapPValue([3, 1, 2, -1, 4, 2, 2, 1, 5])).toBeCloseTo(0.4, 12)
  })

  it('of nineteen differences above 0 is the least there is, 2 / 20; of equal systems 1', () => {
    expect(bootstrapPValue(Array.from({ length: 19 }, () => 0.1))).toBeCloseTo(0.1, 12)
    expect(bootstrapPValue([0, 0, 0])).toBe(1)
    expect(bootstrapPValue([])).toBeUndefined()
  })

  it('is in (0, 1] and the same for the opposite difference', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 }), (differences) => {
        const p = bootstrapPValue(differences) ?? Number.NaN
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
        expect(bootstrapPValue(differences.map((difference) => -difference))).toBe(p)
      }),
    )
  })

  it('calls a difference of nothing real about 1 time in 20', () => {
    const rng = createRng(11)
    const trials = 400
    let found = 0
    for (let trial = 0; trial < trials; trial++) {
      // Mean 0 and skewed, as differences of routers are: seldom large one way, often small the other.
      const values = Array.from({ length: 100 }, () => (rng.next() < 0.25 ? 3 : -1))
      const replicates = resample(
        values.length,
        (draw) => ({
          mean: values.reduce((sum, value, i) => sum + value * (draw[i] ?? 0), 0) / values.length,
        }),
        { seed: trial, resamples: 199 },
      )
      const differences = (replicates.get('mean') ?? []).flatMap((value) => value ?? [])
      if ((bootstrapPValue(differences) ?? 1) < 0.05) found += 1
    }
    // 20 expected of 400, standard deviation 4.4; the bootstrap itself is a little off on 100 skewed values.
    expect(found).toBeGreaterThan(5)
    expect(found).toBeLessThan(42)
  })
})
