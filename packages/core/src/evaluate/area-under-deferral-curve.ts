/**
 * Area under the deferral curve (AUDC): mean quality over the deferral rate, or over cost, from all small to all large.
 *
 *   AUDC = 1 / (x(all large) - x(all small)) * integral of quality dx,   x = share of large calls, or USD per query
 *
 * The axis is a field of the result: areas over different axes do not compare. Exact trapezoids over every operating point; on 'largeShare'
 * the width is 1 and the number is Q(small) + APGR (Q(large) - Q(small)). Source: Jitkrittum et al., "When does confidence-based cascade
 * deferral suffice?", arXiv:2307.02764 (deferral curves). Departure: divided by the width, so that USD give a quality and not dollars.
 * Unlike AIQ it reads the curve itself, dips included, and not its hull.
 */
import type { CostAxis, CostCurve } from './cost-curve.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'

export type AreaUnderDeferralCurve = MetricValue & { readonly axis: CostAxis }

/** Range [0, 1] where cost falls from point to point; higher is better. Undefined when all large costs no more than all small. */
export function areaUnderDeferralCurve({ axis, cost, quality }: CostCurve): AreaUnderDeferralCurve {
  const width = (cost[0] ?? 0) - (cost.at(-1) ?? 0)
  if (!(width > 0)) {
    return { axis, ...notDefined('the large model does not cost more than the small one on these rows') }
  }
  let area = 0
  for (let i = 1; i < cost.length; i++) {
    const step = (cost[i - 1] ?? 0) - (cost[i] ?? 0)
    area += (step * ((quality[i - 1] ?? 0) + (quality[i] ?? 0))) / 2
  }
  return { axis, ...defined(area / width) }
}
