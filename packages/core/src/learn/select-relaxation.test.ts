import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transLabel, type ScorePair } from './labels.ts'
import { labelSpread, selectRelaxation } from './select-relaxation.ts'

/** The definition, pair by pair: (1 / N^2) sum over i, i' of | y_i - y_i' |. */
function bruteSpread(labels: readonly number[]): number {
  let sum = 0
  for (const a of labels) for (const b of labels) sum += Math.abs(a - b)
  return sum / labels.length ** 2
}

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const thousandth = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 1000)
const scores = fc.array(thousandth, { minLength: 1, maxLength: 4 })
const pairs: fc.Arbitrary<ScorePair[]> = fc.array(fc.record({ smallScores: scores, largeScores: scores }), {
  minLength: 1,
  maxLength: 12,
})

describe('labelSpread', () => {
  it.each([
    // sorted, weights 2k - N - 1 = -4 -2 0 2 4: 0 - 0.2 + 0 + 1.8 + 4 = 5.6; times 2 / 25 = 0.448
    [[0, 0.1, 0.25, 0.9, 1], 0.448],
    // half and half: the largest there is
    [[0, 0, 1, 1], 0.5],
    [[0.3, 0.3, 0.3], 0],
    [[0.7], 0],
  ])('of %j is %d', (labels, expected) => {
    expect(labelSpread(Float64Array.from(labels))).toBeCloseTo(expected, 14)
    expect(bruteSpread(labels)).toBeCloseTo(expected, 14)
  })

  it('equals the double sum to 1e-12', () => {
    fc.assert(
      fc.property(fc.array(unit, { minLength: 1, maxLength: 80 }), (labels) => {
        expect(Math.abs(labelSpread(Float64Array.from(labels)) - bruteSpread(labels))).toBeLessThan(1e-12)
      }),
    )
  })

  it('leaves its argument in order', () => {
    const labels = Float64Array.of(1, 0, 0.5)
    labelSpread(labels)
    expect([...labels]).toEqual([1, 0, 0.5])
  })
})

describe('selectRelaxation', () => {
  it('finds the first maximum of the brute-force objective over its grid, and keeps the whole curve', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const { t, grid, objective } = selectRelaxation(rows)
        const brute = grid.map((at) => bruteSpread(rows.map((row) => transLabel(row, at))))
        expect(objective.length).toBe(grid.length)
        for (const [i, value] of objective.entries()) {
          expect(Math.abs(value - (brute[i] ?? Number.NaN))).toBeLessThan(1e-12)
        }
        const best = Math.max(...brute)
        expect(brute[grid.indexOf(t)]).toBeGreaterThan(best - 2e-12)
        // Ties go to the least relaxation.
        for (const earlier of brute.slice(0, grid.indexOf(t))) expect(earlier).toBeLessThan(best - 5e-13)
      }),
    )
  })

  it('searches from 0 to the relaxation that makes every label 1, ascending', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const { grid } = selectRelaxation(rows)
        expect(grid[0]).toBe(0)
        for (let i = 1; i < grid.length; i++) expect(grid[i]!).toBeGreaterThan(grid[i - 1]!)
        for (const row of rows) expect(transLabel(row, grid.at(-1)!)).toBe(1)
      }),
    )
  })

  it('does not relax where the labels are spread already', () => {
    const even = [0, 0, 1, 1].map((score) => ({ smallScores: [score], largeScores: [0.5] }))
    expect(selectRelaxation(even).t).toBe(0)
    expect(selectRelaxation(even).objective[0]).toBe(0.5)
  })

  it('gives labels back to a pair whose small model never wins', () => {
    // Differences large - small: 0.1, 0.2, 0.3, 0.4. Half the labels are 1 for t in [0.2, 0.3), the first such grid point is 0.2.
    const never = [0.5, 0.4, 0.3, 0.2].map((score) => ({ smallScores: [score], largeScores: [0.6] }))
    const { t, objective } = selectRelaxation(never)
    expect(objective[0]).toBe(0)
    expect(t).toBeCloseTo(0.2, 12)
    expect(Math.max(...objective)).toBeCloseTo(0.5, 14)
  })

  it('is 0 on a grid of one point when the small model always wins', () => {
    const always = [0.9, 1].map((score) => ({ smallScores: [score], largeScores: [0.5] }))
    expect(selectRelaxation(always)).toEqual({ t: 0, grid: [0], objective: [0] })
  })
})
