import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { mixTwoPoints } from '../math/two-points.ts'
import { chooseFromStrengths } from './leaderboard.ts'

/** The program's optimum lies in a basic solution: one option, or two that meet the budget. All are tried. */
function bestByTrying(
  values: readonly number[],
  costs: readonly number[],
  budget: number,
): number | undefined {
  let best: number | undefined
  values.forEach((value, i) => {
    costs.forEach((cost, j) => {
      const share = i === j ? 0 : (budget - (costs[i] ?? 0)) / (cost - (costs[i] ?? 0))
      const spent = (1 - share) * (costs[i] ?? 0) + share * cost
      if (!(share >= 0 && share <= 1) || spent > budget + 1e-12) return
      const got = (1 - share) * value + share * (values[j] ?? 0)
      best = best === undefined ? got : Math.max(best, got)
    })
  })
  return best
}

describe('mixTwoPoints', () => {
  it('equals trying all basic solutions on 1,000 random programs', () => {
    const rng = createRng(4)
    for (let round = 0; round < 1000; round++) {
      const options = Array.from({ length: 1 + rng.int(8) }, () => ({ value: rng.next(), cost: rng.next() }))
      const [values, costs] = [options.map(({ value }) => value), options.map(({ cost }) => cost)]
      const budget = rng.next()
      const chances = mixTwoPoints(values, costs, budget)
      const expected = bestByTrying(values, costs, budget)
      if (chances === undefined) {
        expect(Math.min(...costs)).toBeGreaterThan(budget)
        continue
      }
      const sum = (of: readonly number[]): number =>
        of.reduce((total, one, i) => total + one * (chances[i] ?? 0), 0)
      expect(chances.reduce((total, one) => total + one, 0)).toBeCloseTo(1, 12)
      expect(Math.min(...chances)).toBeGreaterThanOrEqual(0)
      expect(sum(costs)).toBeLessThanOrEqual(budget + 1e-9)
      expect(sum(values)).toBeCloseTo(expected ?? Number.NaN, 9)
    }
  })

  it('meets a budget that binds', () => {
    // From (1, 0.2) to (3, 0.8); budget 1.5 is a quarter of the way. (2, 0.3) lies under the line.
    expect(mixTwoPoints([0.2, 0.3, 0.8], [1, 2, 3], 1.5)).toEqual([0.75, 0, 0.25])
  })
})

describe('chooseFromStrengths', () => {
  const strengths = [0, Math.log(3), 1]
  const costsUsd = [1, 4, 2]

  it.each([
    [5, [0, 1, 0]],
    [3, [0, 0, 1]],
    [0.5, undefined],
  ])('strict within %s', (budgetUsd, expected) =>
    expect(chooseFromStrengths(strengths, { mode: 'strict', costsUsd, budgetUsd })).toEqual(expected),
  )

  it('expected wins against one opponent', () => {
    // Against model 0 alone they win 1/2 and 3/4, costing 1 and 4: 2.5 is halfway.
    const two = { costsUsd: [1, 4], budgetUsd: 2.5, opponents: [1, 0] }
    expect(chooseFromStrengths([0, Math.log(3)], { mode: 'expectedWin', ...two })).toEqual([0.5, 0.5])
  })

  it('grounded: no opponent but no answer', () => {
    // sigmoid: 1/2 at cost 1, 3/4 at cost 4; 0.731 at cost 2 lies above their line.
    expect(chooseFromStrengths(strengths, { mode: 'grounded', costsUsd, budgetUsd: 2 })).toEqual([0, 0, 1])
  })
})
