import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sigmoid } from './logistic.ts'
import { fitPlatt } from './platt.ts'
import { createRng } from './rng.ts'

describe('fitPlatt', () => {
  it('recovers slope and intercept from the probabilities themselves', () => {
    const z = Array.from({ length: 201 }, (_, i) => (i - 100) / 40)
    const { slope, intercept } = fitPlatt(
      z,
      z.map((value) => sigmoid(2 * value - 0.7)),
    )
    expect(slope).toBeCloseTo(2, 3)
    expect(intercept).toBeCloseTo(-0.7, 3)
  })

  it('recovers them from 20,000 coin tosses', () => {
    const rng = createRng(4)
    const z = Array.from({ length: 20_000 }, () => 4 * rng.next() - 2)
    const { slope, intercept } = fitPlatt(
      z,
      z.map((value) => (rng.next() < sigmoid(1.5 * value + 0.4) ? 1 : 0)),
    )
    expect(slope).toBeCloseTo(1.5, 1)
    expect(intercept).toBeCloseTo(0.4, 1)
  })

  it('is calibrated on average: the mean probability is the mean label', () => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const rng = createRng(seed)
        const z = Array.from({ length: 100 }, () => 6 * rng.next() - 2)
        const y = z.map((value) => sigmoid(value + rng.next() - 0.5))
        const { slope, intercept } = fitPlatt(z, y)
        const gap =
          z.reduce((sum, value, i) => sum + sigmoid(slope * value + intercept) - y[i]!, 0) / z.length
        expect(Math.abs(gap)).toBeLessThan(1e-4)
      }),
    )
  })

  it('never turns the order around, whatever the labels say, and still matches the mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -30, max: 60 }), fc.constantFrom(0, 0.5, 1)), {
          minLength: 2,
          maxLength: 40,
        }),
        (rows) => {
          const z = rows.map(([value]) => value / 10)
          const y = rows.map(([, label]) => label)
          const { slope, intercept } = fitPlatt(z, y)
          expect(slope).toBeGreaterThan(0)
          expect(Number.isFinite(slope) && Number.isFinite(intercept)).toBe(true)
          const gap =
            z.reduce((sum, value, i) => sum + sigmoid(slope * value + intercept) - y[i]!, 0) / z.length
          expect(Math.abs(gap)).toBeLessThan(0.02)
        },
      ),
    )
  })

  it('stays finite on a sample that z separates', () => {
    const { slope, intercept } = fitPlatt([-2, -1, 1, 2], [0, 0, 1, 1])
    expect(slope).toBeGreaterThan(1)
    expect(Math.abs(intercept)).toBeLessThan(1)
    expect(slope).toBeLessThan(100)
  })
})
