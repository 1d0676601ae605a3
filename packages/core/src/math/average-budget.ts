/**
 * The best that queries can be given for a mean cost, one option each: the one solver behind every average budget.
 *
 *   maximise  mean quality(q, choice)   subject to  mean cost(q, choice) <= budget
 *   dual      min over w >= 0 of  w * budget + mean over q of max over options of (quality - w * cost)
 *
 * The dual is convex and piecewise linear in the cost weight w. It turns where a query goes from one corner of its own hull of (cost, quality) to
 * the next, so the corners' slopes, sorted, are all weights that can be best: going down them until the budget is spent solves both problems exactly.
 * At the best weight the queries that are torn choose the cheap corner or the dear one; mixing the two meets the budget.
 *
 * Sources: Sinha and Zoltners, Operations Research 27 (1979) (the relaxed multiple-choice knapsack); two mixed points are a linear program's two basic
 * variables. Cost: rows * options * log(rows * options).
 */
import { planMoves, type BudgetRows, type Move } from './budget-moves.ts'

/** What every row is given, and what that comes to. */
export interface BudgetPoint {
  /** Option of each row. */
  readonly chosen: Uint32Array
  readonly meanCost: number
  readonly meanQuality: number
}

export interface BudgetSolution {
  /** Best quality that another unit of cost would bring; 0 when the budget buys all that helps. */
  readonly costWeight: number
  /** The torn rows choose their cheap corner: within the budget. */
  readonly cheap: BudgetPoint
  /** They choose their dear one: at the budget or above; `cheap` again when no row is torn. */
  readonly dear: BudgetPoint
  /** Share of the time that `dear` is to be played, for the budget to be met exactly. Range [0, 1]. */
  readonly dearShare: number
  /** Of the mix. */
  readonly meanCost: number
  readonly meanQuality: number
}

/** Moves whose slopes differ by less than this share are one tie: rounding must not split it. */
const SAME_SLOPE = 1e-12

/** Undefined when even the cheapest options cost more than the budget. Needs at least one row and one option. */
export function solveAverageBudget(rows: BudgetRows, budget: number): BudgetSolution | undefined {
  const { start, moves } = planMoves(rows)
  const count = start.length
  const chosen = start.slice()
  let [cost, quality] = sumOf(rows, chosen)
  const limit = budget * count
  // Sums of many costs differ from the limit in their last digits.
  const slack = 1e-12 * Math.max(Math.abs(limit), cost)
  if (cost > limit + slack) return undefined
  let next = 0
  while (next < moves.length) {
    const end = findTieEnd(moves, next)
    const tie = moves.slice(next, end)
    const [more, better] = [total(tie, 'cost'), total(tie, 'quality')]
    if (cost + more > limit + slack) {
      const dearShare = Math.min(1, Math.max(0, (limit - cost) / more))
      const cheap = toPoint(chosen.slice(), cost, quality)
      take(chosen, tie)
      return {
        costWeight: tie[0]!.price,
        cheap,
        dear: toPoint(chosen, cost + more, quality + better),
        dearShare,
        meanCost: (cost + dearShare * more) / count,
        meanQuality: (quality + dearShare * better) / count,
      }
    }
    take(chosen, tie)
    cost += more
    quality += better
    next = end
  }
  const all = toPoint(chosen, cost, quality)
  return {
    costWeight: 0,
    cheap: all,
    dear: all,
    dearShare: 0,
    meanCost: all.meanCost,
    meanQuality: all.meanQuality,
  }
}

function findTieEnd(moves: readonly Move[], from: number): number {
  const least = moves[from]!.price * (1 - SAME_SLOPE)
  let end = from + 1
  while (end < moves.length && moves[end]!.price >= least) end += 1
  return end
}

function take(chosen: Uint32Array, moves: readonly Move[]): void {
  for (const { row, to } of moves) chosen[row] = to
}

function total(moves: readonly Move[], side: 'cost' | 'quality'): number {
  return moves.reduce((sum, move) => sum + move[side], 0)
}

function sumOf({ qualities, costs, options }: BudgetRows, chosen: Uint32Array): [number, number] {
  let cost = 0
  let quality = 0
  chosen.forEach((option, row) => {
    cost += costs[row * options + option]!
    quality += qualities[row * options + option]!
  })
  return [cost, quality]
}

function toPoint(chosen: Uint32Array, cost: number, quality: number): BudgetPoint {
  return { chosen, meanCost: cost / chosen.length, meanQuality: quality / chosen.length }
}
