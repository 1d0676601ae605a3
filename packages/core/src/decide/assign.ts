/**
 * Batch assignment: one model for each query of a batch, so that the batch is as good as it can be for a sum of money.
 *
 *   maximise  sum_i quality_i,z(i)   subject to   sum_i cost_i,z(i) <= budget
 *
 * Every query begins with its cheapest model. Steps up each query's own convex hull of (cost, quality) are taken by gain per cost, the largest first:
 * the Lagrangian solution, whose weight is the shadow price. It is the optimum of the problem in which one query may be split, hence at most one step
 * of one query below the best assignment; steps behind the one that did not fit are tried too.
 *
 * Sources: OCCAM, arXiv:2406.04508 (integer program over a batch, estimates less a multiple of their deviation); OptLLM, arXiv:2405.15130 (a list of
 * assignments none of which is cheaper and better than another); the greedy walk is Sinha and Zoltners, Operations Research 27 (1979).
 */
import { planMoves, type BudgetPlan } from '../math/budget-moves.ts'

/** What is believed of a batch. */
export interface BatchEstimates {
  /** Queries x models, row-major. Range [0, 1]. */
  readonly qualities: ArrayLike<number>
  /** The same, in units of cost. At least 0. */
  readonly costs: ArrayLike<number>
  readonly models: number
}

export interface Assignment {
  /** Place of each query's model. */
  readonly chosen: Uint32Array
  /** Sums by the estimates; the cost never exceeds the budget. */
  readonly cost: number
  readonly quality: number
  /** Quality that the next unit of cost would bring; null when nothing is left to buy. */
  readonly shadowPrice: number | null
}

export interface AssignOptions {
  /** For the whole batch, in units of cost. */
  readonly budget: number
  /**
   * Deviations that are taken off each model's quality before it is chosen (OCCAM takes 5): doubtful models are then preferred less. Default 0.
   */
  readonly caution?: number
}

/** Undefined when even the cheapest models exceed the budget; `leastCost` says what they take. */
export function assignBatch(
  batch: BatchEstimates,
  { budget, caution = 0 }: AssignOptions,
): Assignment | undefined {
  const { start, moves } = plan(batch, caution)
  const chosen = Uint32Array.from(start)
  // Sums of many small costs are rounded; this much is never worth a broken promise.
  const limit = budget * (1 - 1e-12)
  let cost = costOf(batch, chosen)
  if (cost > budget) return undefined
  let shadowPrice: number | null = null
  for (const { row, from, to, price, cost: extra } of moves) {
    if (chosen[row] !== from) continue
    if (cost + extra > limit) {
      shadowPrice ??= price
      continue
    }
    chosen[row] = to
    cost += extra
  }
  return { chosen, cost: costOf(batch, chosen), quality: qualityOf(batch, chosen), shadowPrice }
}

/** What the cheapest model of each query takes together. */
export function leastCost(batch: BatchEstimates): number {
  return costOf(batch, plan(batch, 0).start)
}

/** One of several assignments; a larger cost always comes with a higher quality, by the estimates. */
export interface ParetoPoint {
  readonly cost: number
  readonly quality: number
}

/** Assignments from the cheapest to the best, at most `points` of them, evenly over the moves between. */
export function listPareto(batch: BatchEstimates, points: number): readonly ParetoPoint[] {
  const { start, moves } = plan(batch, 0)
  let [cost, quality] = [costOf(batch, start), qualityOf(batch, start)]
  const list: ParetoPoint[] = [{ cost, quality }]
  const between = Math.max(1, points - 1)
  moves.forEach((move, i) => {
    cost += move.cost
    quality += move.quality
    const due = Math.floor(((i + 1) * between) / moves.length)
    if (due > Math.floor((i * between) / moves.length)) list.push({ cost, quality })
  })
  return list
}

function plan(batch: BatchEstimates, caution: number): BudgetPlan {
  return planMoves({ qualities: takeOff(batch, caution), costs: batch.costs, options: batch.models })
}

/**
 * Qualities less `caution` deviations of their model's error. For right and wrong answers and honest estimates p the error's variance is the mean of
 * p (1 - p), which needs no labels; for graded answers that is an upper bound.
 */
function takeOff({ qualities, models }: BatchEstimates, caution: number): ArrayLike<number> {
  if (caution === 0) return qualities
  const variances = new Float64Array(models)
  for (let i = 0; i < qualities.length; i++) {
    const p = qualities[i] ?? 0
    variances[i % models] = (variances[i % models] ?? 0) + (p * (1 - p) * models) / qualities.length
  }
  return Float64Array.from(
    qualities,
    (quality, i) => quality - caution * Math.sqrt(Math.max(0, variances[i % models] ?? 0)),
  )
}

function costOf({ costs, models }: BatchEstimates, chosen: Uint32Array): number {
  return chosen.reduce((sum, place, query) => sum + (costs[query * models + place] ?? 0), 0)
}

function qualityOf({ qualities, models }: BatchEstimates, chosen: Uint32Array): number {
  return chosen.reduce((sum, place, query) => sum + (qualities[query * models + place] ?? 0), 0)
}
