/**
 * Non-decreasing convex hull of points (cost, quality): the best mean quality that mixing systems at random can buy for a mean cost.
 *
 *   hull(c) = max { sum w_i quality_i : sum w_i cost_i <= c, w a distribution over the points }
 *
 * Increasing and concave up to the point of highest quality, flat after it: spending more never has to make things worse. Source:
 * RouterBench, arXiv:2403.12031. They also add a null router that answers nothing at cost 0; we do not, so that below the cheapest
 * point there is no height. By the monotone chain of Andrew 1979, "Another efficient algorithm for convex hulls in two dimensions".
 */
import { descendingOrder } from './quality-curve.ts'

/** Vertices by rising cost; quality rises, too, and ever more slowly. */
export interface ConvexHull {
  readonly cost: Float64Array
  readonly quality: Float64Array
  /** Index of each vertex among the points given. */
  readonly point: Uint32Array
}

/** O(n log n), O(n) when the costs are already in descending order. Needs at least one point. */
export function createConvexHull(cost: ArrayLike<number>, quality: ArrayLike<number>): ConvexHull {
  const n = cost.length
  const order = descendingOrder(cost)
  const chain: number[] = []
  for (let i = n - 1; i >= 0; i--) {
    const point = order === undefined ? i : order[i]!
    const last = chain.at(-1)
    // Costlier (or as costly) without being better: off the hull. This also ends the chain at the highest quality.
    if (last !== undefined && quality[point]! <= quality[last]!) continue
    if (last !== undefined && cost[point]! <= cost[last]!) chain.pop()
    while (chain.length > 1 && isBelow(chain, point, { cost, quality })) chain.pop()
    chain.push(point)
  }
  return {
    cost: Float64Array.from(chain, (point) => cost[point]!),
    quality: Float64Array.from(chain, (point) => quality[point]!),
    point: Uint32Array.from(chain),
  }
}

/** Is the chain's last point on or below the line from the one before it to the new point? */
function isBelow(
  chain: readonly number[],
  next: number,
  { cost, quality }: { readonly cost: ArrayLike<number>; readonly quality: ArrayLike<number> },
): boolean {
  const last = chain.at(-1)!
  const before = chain.at(-2)!
  const rise = (quality[last]! - quality[before]!) * (cost[next]! - cost[before]!)
  return rise <= (quality[next]! - quality[before]!) * (cost[last]! - cost[before]!)
}

/** Height of the hull; undefined below the least cost, where no mix can be. */
export function hullHeight({ cost, quality }: ConvexHull, at: number): number | undefined {
  if (at < cost[0]!) return undefined
  let high = 0
  while (high < cost.length && cost[high]! <= at) high += 1
  if (high === cost.length) return quality.at(-1)
  const part = (at - cost[high - 1]!) / (cost[high]! - cost[high - 1]!)
  return quality[high - 1]! + part * (quality[high]! - quality[high - 1]!)
}

/** Area under the hull between two costs, `from` at least the least cost and at most `to`. */
export function areaUnderHull(hull: ConvexHull, from: number, to: number): number {
  const { cost } = hull
  const stops = [from, ...[...cost].filter((at) => at > from && at < to), to]
  let area = 0
  for (let i = 1; i < stops.length; i++) {
    const [low, high] = [stops[i - 1]!, stops[i]!]
    area += ((high - low) * (hullHeight(hull, low)! + hullHeight(hull, high)!)) / 2
  }
  return area
}
