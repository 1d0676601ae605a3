/**
 * Mean utility over a sweep of what quality is worth: what a system is worth to someone who does not say in advance how much money matters.
 *
 *   utility(w) = quality(w) - w * cost(w)       w = gain / dearest,   gain from 0.001 to 1, evenly on a logarithmic axis
 *
 * `gain` is the quality that a call of the dearest model must bring: at 0.001 money hardly matters, at 1 a certain answer is worth just one
 * such call. Source: RouterBench, arXiv:2403.12031 (willingness to pay, swept). Departure: theirs multiplies quality by the willingness to pay and
 * is in USD; ours divides by it and is in quality, so that data sets with other prices can be put side by side. The ends are ours.
 */
import type { PlanePoints } from './plane-points.ts'

/** Ends of the sweep, in quality for a call of the dearest model. */
export const SWEEP: { readonly from: number; readonly to: number } = { from: 1e-3, to: 1 }

/** Rounding of the ends. */
const EPSILON = 1e-9

/** Places of the operating points within the sweep, `costWeights` being their weights and `dearest` the dearest model's mean cost. */
export function sweepPoints(costWeights: readonly number[], dearest: number): readonly number[] {
  return [...costWeights.keys()].filter((point) => {
    const gain = (costWeights[point] ?? 0) * dearest
    return gain >= SWEEP.from * (1 - EPSILON) && gain <= SWEEP.to * (1 + EPSILON)
  })
}

export interface Sweep {
  /** One per operating point, in units of 1 / cost. */
  readonly costWeights: readonly number[]
  /** At least one. */
  readonly points: readonly number[]
}

/** Each operating point at its own weight. At most 1, higher is better; may be negative. */
export function meanUtility({ cost, quality }: PlanePoints, { costWeights, points }: Sweep): number {
  let sum = 0
  for (const point of points) sum += (quality[point] ?? 0) - (costWeights[point] ?? 0) * (cost[point] ?? 0)
  return sum / points.length
}

/** At each weight the best of some systems that stay as they are: what pinning the right model for it would be worth. */
export function meanUtilityOfBest({ cost, quality }: PlanePoints, { costWeights, points }: Sweep): number {
  let sum = 0
  for (const point of points) {
    let best = Number.NEGATIVE_INFINITY
    for (let at = 0; at < cost.length; at++)
      best = Math.max(best, (quality[at] ?? 0) - (costWeights[point] ?? 0) * (cost[at] ?? 0))
    sum += best
  }
  return sum / points.length
}
