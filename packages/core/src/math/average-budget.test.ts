import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { solveAverageBudget } from './average-budget.ts'
import type { BudgetRows } from './budget-moves.ts'
import { createConvexHull, hullHeight } from './convex-hull.ts'

/** Mean (cost, quality) of every way to give each row an option. */
function allAssignments({ qualities, costs, options }: BudgetRows): { cost: number[]; quality: number[] } {
  const rows = qualities.length / options
  const all = { cost: [] as number[], quality: [] as number[] }
  for (let code = 0; code < options ** rows; code++) {
    let [cost, quality] = [0, 0]
    for (let row = 0, rest = code; row < rows; row++, rest = Math.floor(rest / options)) {
      cost += costs[row * options + (rest % options)]!
      quality += qualities[row * options + (rest % options)]!
    }
    all.cost.push(cost / rows)
    all.quality.push(quality / rows)
  }
  return all
}

// Eighths, so that ties are common and sums exact.
const eighths = fc.integer({ min: 0, max: 8 }).map((value) => value / 8)
const instance = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3 }))
  .chain(([rows, options]) =>
    fc.record({
      options: fc.constant(options),
      qualities: fc.array(eighths, { minLength: rows * options, maxLength: rows * options }),
      costs: fc.array(eighths, { minLength: rows * options, maxLength: rows * options }),
    }),
  )

describe('solveAverageBudget', () => {
  it('is as good as the best mix of all assignments, and meets the budget', () => {
    fc.assert(
      fc.property(instance, fc.double({ min: 0, max: 1.2, noNaN: true }), (rows, budget) => {
        const { cost, quality } = allAssignments(rows)
        const best = hullHeight(createConvexHull(cost, quality), budget)
        const solution = solveAverageBudget(rows, budget)
        if (best === undefined || solution === undefined) {
          expect(solution).toBe(best)
          return
        }
        expect(solution.meanQuality).toBeCloseTo(best, 9)
        expect(solution.meanCost).toBeLessThanOrEqual(budget + 1e-9)
        if (solution.costWeight > 0) expect(solution.meanCost).toBeCloseTo(budget, 9)
      }),
      { numRuns: 300 },
    )
  })

  it('has two points that are what their choices come to, and best at the cost weight', () => {
    fc.assert(
      fc.property(instance, fc.double({ min: 0, max: 1.2, noNaN: true }), (rows, budget) => {
        const solution = solveAverageBudget(rows, budget)
        if (solution === undefined) return
        const { qualities, costs, options } = rows
        for (const { chosen, meanCost, meanQuality } of [solution.cheap, solution.dear]) {
          const at = Array.from(chosen, (option, row) => row * options + option)
          expect(at.reduce((sum, i) => sum + costs[i]!, 0) / at.length).toBeCloseTo(meanCost, 9)
          expect(at.reduce((sum, i) => sum + qualities[i]!, 0) / at.length).toBeCloseTo(meanQuality, 9)
          at.forEach((i, row) => {
            for (let other = row * options; other < (row + 1) * options; other++) {
              const gain =
                qualities[other]! - qualities[i]! - solution.costWeight * (costs[other]! - costs[i]!)
              expect(gain).toBeLessThanOrEqual(1e-9)
            }
          })
        }
        expect(solution.cheap.meanCost).toBeLessThanOrEqual(budget + 1e-9)
      }),
      { numRuns: 300 },
    )
  })

  it('equals numbers worked by hand', () => {
    // Row 0: (1, .2) -> (3, .8): .3 a unit; row 1: (1, .5) -> (5, .9): .1 a unit. Mean cost of the cheapest 1, after row 0's move 2, after both 4.
    const rows = { options: 2, qualities: [0.2, 0.8, 0.5, 0.9], costs: [1, 3, 1, 5] }
    expect(solveAverageBudget(rows, 0.99)).toBeUndefined()
    const solution = solveAverageBudget(rows, 3)!
    // A budget of 3 pays for half of row 1's move: quality (.8 + .5) / 2 + .5 * .4 / 2.
    expect(solution.costWeight).toBeCloseTo(0.1, 12)
    expect(solution.dearShare).toBeCloseTo(0.5, 12)
    expect(solution.meanQuality).toBeCloseTo(0.75, 12)
    expect([[...solution.cheap.chosen], [...solution.dear.chosen]]).toEqual([
      [1, 0],
      [1, 1],
    ])
    expect(solveAverageBudget(rows, 9)!.costWeight).toBe(0)
  })
})
