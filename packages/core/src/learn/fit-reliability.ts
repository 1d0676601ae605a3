/**
 * What a sigmoid cannot bend to: where tasks of two kinds meet in one score, observed frequencies step where Platt's curve runs smooth. So the
 * calibrated probabilities are corrected by their own reliability diagram:
 *
 *   bins of equal numbers of rows -> observed frequencies, made non-decreasing -> pulled towards the sigmoid as if it were PRIOR_ROWS rows
 *
 * and straight lines between the bins, from (0, 0) to (1, 1). The pull keeps the correction strictly rising, so no order changes.
 */
import { equalMassBins } from '../math/equal-mass-bins.ts'
import { fitIsotonic } from '../math/isotonic.ts'
import type { Reliability } from '../math/reliability.ts'

const MOST_BINS = 20
/** Fewest rows in a bin: its frequency is then known to some five points. */
const LEAST_ROWS = 100
const PRIOR_ROWS = 25

/** `probabilities` strictly inside (0, 1). No bend at all below some hundred rows. */
export function fitReliability(probabilities: readonly number[], labels: ArrayLike<number>): Reliability {
  const bins = Math.min(MOST_BINS, Math.floor(probabilities.length / LEAST_ROWS))
  if (bins < 3) return { knots: [], values: [] }
  const parts = equalMassBins(probabilities, labels, bins)
  const observed = fitIsotonic(
    parts.map((bin) => bin.observed),
    parts.map(({ count }) => count),
  )
  // One pull for all bins: with a pull of its own each, a bin could fall below its left neighbour.
  const pull = PRIOR_ROWS / (PRIOR_ROWS + probabilities.length / parts.length)
  return {
    knots: parts.map(({ predicted }) => predicted),
    values: parts.map(({ predicted }, bin) => pull * predicted + (1 - pull) * (observed[bin] ?? 0)),
  }
}
