/**
 * What a sigmoid cannot bend to: where tasks of two kinds meet in one score, observed frequencies step where Platt's curve runs smooth. So the
 * calibrated probabilities are corrected by their own reliability diagram:
 *
 *   bins of equal numbers of rows -> observed frequencies, made non-decreasing -> pulled towards the sigmoid as if it were PRIOR_ROWS rows
 *
 * and straight lines between the bins, from (0, 0) to (1, 1). The pull keeps the correction strictly rising, so no order changes.
 */
import type { Reliability } from '../estimate/blend.ts'
import { fitIsotonic } from '../math/isotonic.ts'

const MOST_BINS = 20
/** Fewest rows in a bin: its frequency is then known to some five points. */
const LEAST_ROWS = 100
const PRIOR_ROWS = 25

/** `probabilities` strictly inside (0, 1). No bend at all below some hundred rows. */
export function fitReliability(probabilities: readonly number[], labels: ArrayLike<number>): Reliability {
  const bins = Math.min(MOST_BINS, Math.floor(probabilities.length / LEAST_ROWS))
  if (bins < 3) return { knots: [], values: [] }
  const order = [...probabilities.keys()].sort(
    (a, b) => (probabilities[a] ?? 0) - (probabilities[b] ?? 0) || a - b,
  )
  const parts = splitEvenly(order, probabilities, bins)
  const knots = parts.map((rows) => mean(rows, probabilities))
  const sizes = parts.map((rows) => rows.length)
  const observed = fitIsotonic(
    parts.map((rows) => mean(rows, labels)),
    sizes,
  )
  // One pull for all bins: with a pull of its own each, a bin could fall below its left neighbour.
  const pull = PRIOR_ROWS / (PRIOR_ROWS + probabilities.length / parts.length)
  const values = knots.map((knot, bin) => pull * knot + (1 - pull) * (observed[bin] ?? 0))
  return { knots, values }
}

/** Near-equal parts of the rows in their order; equal probabilities share one, since no line could be drawn between them. */
function splitEvenly(order: readonly number[], probabilities: readonly number[], bins: number): number[][] {
  const parts: number[][] = []
  for (const row of order) {
    const last = parts.at(-1)
    const isFull = last === undefined || last.length * bins >= order.length
    const isEqual =
      last !== undefined && (probabilities[row] ?? 0) - (probabilities[last.at(-1) ?? 0] ?? 0) < 1e-9
    if (last !== undefined && (!isFull || isEqual)) last.push(row)
    else parts.push([row])
  }
  return parts
}

function mean(rows: readonly number[], of: ArrayLike<number>): number {
  return rows.reduce((sum, row) => sum + (of[row] ?? 0), 0) / rows.length
}
