import { describe, expect, it } from 'vitest'
import { combine } from '../estimate/blend.ts'
import { sigmoid } from '../math/logistic.ts'
import { createRng } from '../math/rng.ts'
import { fitCombination, type StackingRows } from './fit-combination.ts'

/** A good predictor on a wild scale, one that says nothing, one that says the opposite, a constant. */
function makeRows(count: number): StackingRows {
  const rng = createRng(5)
  const truth = Float64Array.from({ length: count }, () => 4 * rng.next() - 2)
  return {
    predictions: [
      truth.map((value) => 1000 + 50 * value),
      truth.map(() => rng.next()),
      truth.map((value) => -value),
      truth.map(() => 7),
    ],
    gaps: truth.map((value) => (rng.next() < sigmoid(value) ? 0 : -1)),
    labels: truth.map(sigmoid),
  }
}

const at = ({ predictions }: StackingRows, row: number): number[] => predictions.map((column) => column[row]!)

const used = (row: number): boolean => row < 300

describe('fitCombination', () => {
  const rows = makeRows(600)
  const combination = fitCombination(rows, () => true)

  it('trusts what predicts, not what does not, and nothing negatively', () => {
    const [good = 0, noise = 0, opposite = 0, constant = 0] = combination.weights
    expect(good).toBeGreaterThan(0.5)
    expect(noise).toBeLessThan(good / 2)
    expect(opposite).toBeGreaterThanOrEqual(0)
    expect(opposite).toBeLessThan(good / 2)
    expect(Number.isFinite(constant)).toBe(true)
  })

  it('is calibrated: its probabilities are the labels, on average and in either half', () => {
    const order = [...rows.labels.keys()].sort((a, b) => rows.labels[a]! - rows.labels[b]!)
    for (const part of [order, order.slice(0, 300), order.slice(300)]) {
      const gap = part.reduce((sum, row) => sum + combine(combination, at(rows, row)) - rows.labels[row]!, 0)
      expect(Math.abs(gap / part.length)).toBeLessThan(0.05)
    }
  })

  it('reads only the rows it may use', () => {
    const spoiled = { ...rows, labels: rows.labels.map((label, i) => (i < 300 ? label : 1 - label)) }
    expect(fitCombination(spoiled, used)).toEqual(fitCombination(rows, used))
  })

  it('gives the base rate when no component says anything', () => {
    const silent = { ...rows, predictions: rows.predictions.map((column) => column.map(() => 3)) }
    const base = rows.labels.reduce((a, b) => a + b, 0) / rows.labels.length
    expect(
      combine(
        fitCombination(silent, () => true),
        at(silent, 0),
      ),
    ).toBeCloseTo(base, 3)
  })
})
