/**
 * Correction of calibrated probabilities: straight lines from (0, 0) through the knots to (1, 1). Strictly rising, so no order changes.
 * Learned by learn/fit-reliability.ts.
 */

export interface Reliability {
  /** Probabilities before, ascending; empty for no correction. */
  readonly knots: readonly number[]
  /** Probabilities after, ascending; one per knot. */
  readonly values: readonly number[]
}

export function correct({ knots, values }: Reliability, p: number): number {
  if (knots.length === 0) return p
  let above = 0
  while (above < knots.length && (knots[above] ?? 1) < p) above += 1
  const [fromX, fromY] = above === 0 ? [0, 0] : [knots[above - 1] ?? 0, values[above - 1] ?? 0]
  const [toX, toY] = above === knots.length ? [1, 1] : [knots[above] ?? 1, values[above] ?? 1]
  return toX > fromX ? fromY + ((p - fromX) / (toX - fromX)) * (toY - fromY) : toY
}
