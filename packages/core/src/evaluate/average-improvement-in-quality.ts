/**
 * Average improvement in quality (AIQ): mean height of the non-decreasing convex hull of (cost, quality) between two stated costs.
 *
 *   AIQ = 1 / (to - from) * integral of hull(c) for c in [from, to]
 *
 * Source: RouterBench, arXiv:2403.12031. Trap: without its two costs the number means nothing, so they are arguments without a
 * default. The hull is the best mix of points chosen on the very rows it is read from, which flatters a curve of many points. Departure:
 * no null router (quality 0 at cost 0), so nothing is defined below the cheapest point; see math/convex-hull.ts.
 */
import { areaUnderHull, createConvexHull } from '../math/convex-hull.ts'
import type { CostCurve } from './cost-curve.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'

/** In units of the curve's axis. */
export interface CostRange {
  readonly from: number
  readonly to: number
}

/** Range [0, 1], higher is better. Undefined for an empty range, and below the cheapest point. */
export function averageImprovementInQuality(
  { cost, quality }: Pick<CostCurve, 'cost' | 'quality'>,
  { from, to }: CostRange,
): MetricValue {
  if (!(to > from)) return notDefined(`the costs ${from} and ${to} leave no range between them`)
  const hull = createConvexHull(cost, quality)
  if (from < (hull.cost[0] ?? 0)) return notDefined(`no system costs as little as ${from}`)
  return defined(areaUnderHull(hull, from, to) / (to - from))
}
