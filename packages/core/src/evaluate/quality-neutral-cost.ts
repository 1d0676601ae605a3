/**
 * Quality-neutral cost (QNC): the least cost at which a system is as good as the best single model, relative to what that model costs.
 *
 *   QNC = min { cost(point) : quality(point) >= quality(best) } / cost(best)
 *
 * Source: Jitkrittum et al., "Universal model routing for efficient LLM inference", arXiv:2502.08773. Read over the points
 * of the curve, no lines between them: each is a threshold one can set. Trap: the point is chosen on the rows it is read from, so the number is a
 * little too good, and on few rows much; what a threshold chosen elsewhere delivers is in the levels of a report.
 */
import type { CostCurve, CostPoint } from './cost-curve.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'

/** Rounding of sums that a point may fall short of equal quality by. */
const EPSILON = 1e-12

/** At least 0, lower is better; 1 saves nothing. Undefined when no point is as good, and when the best single model costs nothing. */
export function qualityNeutralCost(
  { cost, quality }: Pick<CostCurve, 'cost' | 'quality'>,
  best: CostPoint,
): MetricValue {
  if (!(best.cost > 0)) return notDefined('the best single model costs nothing on this axis')
  let least = Infinity
  for (let i = 0; i < cost.length; i++) {
    if ((quality[i] ?? 0) >= best.quality - EPSILON) least = Math.min(least, cost[i] ?? 0)
  }
  return least === Infinity
    ? notDefined('no operating point is as good as the best single model')
    : defined(least / best.cost)
}
