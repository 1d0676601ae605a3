import { array, assert, constantFrom, double, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { calibrateConfidence } from '../score/confidence.ts'
import { defaultTransform, fitConfidence, type LabelledConfidence } from './fit-confidence.ts'

/** `n` answers whose chance of being right is sigmoid(0.8 x - 0.5), x the one-sided tail-log of their p. */
function planted(n: number, seed: number): readonly LabelledConfidence[] {
  const rng = createRng(seed)
  return Array.from({ length: n }, () => {
    const x = 6 * rng.next()
    const value = Math.log(-Math.expm1(-x))
    return { value, label: rng.next() < 1 / (1 + Math.exp(0.5 - 0.8 * x)) ? 1 : 0 }
  })
}

function group(value: number, n: number, right: number): LabelledConfidence[] {
  return Array.from({ length: n }, (_, i) => ({ value, label: i < right ? 1 : 0 }))
}

function mean(of: readonly number[]): number {
  return of.reduce((sum, one) => sum + one, 0) / of.length
}

describe('fitConfidence', () => {
  it('recovers planted parameters', () => {
    const fitted = fitConfidence(planted(20_000, 1), { signal: 'logprob' })
    if (fitted.kind !== 'platt') throw new Error('platt is the default')
    expect(fitted.transform).toBe('tailLog')
    expect(fitted.slope).toBeCloseTo(0.8, 1)
    expect(fitted.intercept).toBeCloseTo(-0.5, 1)
    expect(fitted.labels).toBe(20_000)
  })

  it('needs 50 labels', () => {
    expect(fitConfidence(planted(50, 2), { signal: 'logprob' }).labels).toBe(50)
    expect(() => fitConfidence(planted(49, 2), { signal: 'logprob' })).toThrow(
      expect.objectContaining({ code: 'data.too_few' }),
    )
  })

  it('holds p = 1 and p = 0 at the ends of what it saw', () => {
    const rows = [...planted(60, 3), { value: 0, label: 0 }, { value: -800, label: 0 }]
    const fitted = fitConfidence(rows, { signal: 'logprob', transform: 'tailLogTwoSided' })
    if (fitted.kind !== 'platt') throw new Error('platt is the default')
    expect(fitted.range.every(Number.isFinite)).toBe(true)
    expect(calibrateConfidence(fitted, 0)).toBeCloseTo(
      1 / (1 + Math.exp(-fitted.slope * fitted.range[1] - fitted.intercept)),
      12,
    )
    // Rounded to certainty is still more than the most certain that was not.
    const greatest = Math.max(...rows.slice(0, 60).map(({ value }) => value))
    expect(calibrateConfidence(fitted, 0)).toBeGreaterThan(calibrateConfidence(fitted, greatest))
  })

  it('fits a flat line to answers that are all alike', () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ value: 0, label: i % 5 === 0 ? 0 : 1 }))
    expect(calibrateConfidence(fitConfidence(rows, { signal: 'logprob' }), -1)).toBeCloseTo(0.8, 3)
  })

  it('pools violators and ties in the isotonic fit', () => {
    // 25 answers at 0.2, 15 right: 0.6. 25 at 0.4, 5 right: 0.2, pooled to 20/50 = 0.4. 10 at 0.9, all right.
    const rows = [...group(0.4, 25, 5), ...group(0.9, 10, 10), ...group(0.2, 25, 15)]
    const fitted = fitConfidence(rows, { signal: 'agreement', kind: 'isotonic' })
    expect(fitted).toEqual({
      kind: 'isotonic',
      signal: 'agreement',
      labels: 60,
      knots: [
        [0.2, 0.4],
        [0.4, 0.4],
        [0.9, 1],
      ],
    })
  })

  it('keeps the mean of the labels and the order of the signal, whatever the rows', () => {
    const row = record({ value: double({ min: 0, max: 1, noNaN: true }), label: constantFrom(0, 1) })
    assert(
      property(array(row, { minLength: 50, maxLength: 60 }), (rows) => {
        const fitted = fitConfidence(rows, { signal: 'agreement', kind: 'isotonic' })
        const p = rows.map(({ value }) => calibrateConfidence(fitted, value))
        expect(mean(p)).toBeCloseTo(mean(rows.map(({ label }) => label)), 9)
        const inOrder = rows.toSorted((a, b) => a.value - b.value)
        const rising = inOrder.map(({ value }) => calibrateConfidence(fitted, value))
        expect(rising.every((one, i) => i === 0 || one >= (rising[i - 1] ?? 0) - 1e-12)).toBe(true)
      }),
      { endOnFailure: true },
    )
  })

  it('takes the tail-log for probabilities alone', () => {
    expect(defaultTransform('selfCheck')).toBe('tailLog')
    expect(defaultTransform('external')).toBe('plain')
    expect(() => fitConfidence(planted(50, 4), { signal: 'external', transform: 'tailLog' })).toThrow(
      RangeError,
    )
  })
})
