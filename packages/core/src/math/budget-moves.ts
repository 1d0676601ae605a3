/**
 * Ways to spend money on rows that each take one of some options: from a row's cheapest option along its hull of (cost, quality) to its best one, by
 * falling gain per cost. Whoever walks them until the money is spent is as good as can be at every step (average-budget.ts, decide/assign.ts).
 */
import { createConvexHull } from './convex-hull.ts'

export interface BudgetRows {
  /** rows x options, row-major. */
  readonly qualities: ArrayLike<number>
  /** The same, at least 0. */
  readonly costs: ArrayLike<number>
  readonly options: number
}

/** A row's way from a corner of its hull to the next. */
export interface Move {
  readonly row: number
  /** Options. */
  readonly from: number
  readonly to: number
  /** Above 0. */
  readonly cost: number
  readonly quality: number
  /** Quality per unit of cost: the cost weight at which the row is torn between the two. */
  readonly price: number
}

export interface BudgetPlan {
  /** Cheapest option of each row; of equally cheap ones the best. */
  readonly start: Uint32Array
  /** By falling price; a row's own moves in their order. */
  readonly moves: readonly Move[]
}

export function planMoves({ qualities, costs, options }: BudgetRows): BudgetPlan {
  const count = qualities.length / options
  const start = new Uint32Array(count)
  const moves: Move[] = []
  for (let row = 0; row < count; row++) {
    const at = row * options
    const hull = createConvexHull(
      Float64Array.from({ length: options }, (_, i) => costs[at + i]!),
      Float64Array.from({ length: options }, (_, i) => qualities[at + i]!),
    )
    start[row] = hull.point[0]!
    for (let i = 1; i < hull.point.length; i++) {
      const cost = hull.cost[i]! - hull.cost[i - 1]!
      const quality = hull.quality[i]! - hull.quality[i - 1]!
      const [from, to] = [hull.point[i - 1]!, hull.point[i]!]
      moves.push({ row, from, to, cost, quality, price: quality / cost })
    }
  }
  return { start, moves: moves.sort((a, b) => b.price - a.price || a.row - b.row) }
}
