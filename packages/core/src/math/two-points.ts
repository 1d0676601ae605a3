/**
 * The best chances to choose each option with, for an expected cost: a linear program with one budget.
 *
 *   maximise  sum_i p_i value_i   subject to  sum_i p_i cost_i <= budget,  sum_i p_i = 1,  p >= 0
 *
 * Two constraints: at most two chances are above 0, those of the two corners of the hull of (cost, value) on either side of the budget.
 */
import { createConvexHull } from './convex-hull.ts'

/** One chance per option, in order; undefined when even the cheapest costs more than the budget. */
export function mixTwoPoints(
  values: readonly number[],
  costs: readonly number[],
  budget: number,
): readonly number[] | undefined {
  const { cost, point } = createConvexHull(costs, values)
  const dear = cost.findIndex((one) => one > budget)
  if (dear === 0) return undefined
  const cheap = (dear < 0 ? cost.length : dear) - 1
  const share = dear < 0 ? 0 : (budget - cost[cheap]!) / (cost[dear]! - cost[cheap]!)
  const chances = values.map(() => 0)
  chances[point[cheap]!] = 1 - share
  if (share > 0) chances[point[dear]!] = share
  return chances
}
