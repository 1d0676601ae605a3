/**
 * Mean quality over a range of costs: the mean height of a system's own path of operating points, straight lines between neighbours being what mixing
 * two of them by lot gives.
 *
 *   1 / (to - from) * integral of path(c) for c in [from, to]
 *
 * Above its dearest point the path is flat: a budget need not be spent. Below its cheapest one it goes straight to the cheapest model alone, which
 * stands at `from`. Unlike AIQ no hull is taken, so nothing is chosen on the rows that are measured: a point that costs more for less quality
 * counts as what it is. Where costs rise from one point to a cheaper one the path is walked back and forth, and each stretch counts with its sign.
 */
import type { CostRange } from './average-improvement-in-quality.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'
import type { PlanePoints } from './plane-points.ts'

/** `cheapest`: mean quality of the cheapest model alone. Undefined for an empty range. */
export function meanQualityOverCost(
  { cost, quality }: PlanePoints,
  { from, to }: CostRange,
  cheapest: number,
): MetricValue {
  if (!(to > from)) return notDefined(`the costs ${from} and ${to} leave no range between them`)
  let area = 0
  let [lastCost, lastQuality] = [to, quality[0] ?? 0]
  for (let point = 0; point <= cost.length; point++) {
    const nextCost = cost[point] ?? from
    const nextQuality = quality[point] ?? cheapest
    area += areaWithin(
      { high: lastCost, highQuality: lastQuality, low: nextCost, lowQuality: nextQuality },
      { from, to },
    )
    lastCost = nextCost
    lastQuality = nextQuality
  }
  return defined(area / (to - from))
}

interface Stretch {
  readonly high: number
  readonly highQuality: number
  readonly low: number
  readonly lowQuality: number
}

/** Below a stretch, as far as it lies in the range; negative when it leads to higher costs. */
function areaWithin({ high, highQuality, low, lowQuality }: Stretch, { from, to }: CostRange): number {
  if (high === low) return 0
  const slope = (highQuality - lowQuality) / (high - low)
  const [right, left] = [clamp(high, from, to), clamp(low, from, to)]
  const middle = (right + left) / 2
  return (right - left) * (lowQuality + slope * (middle - low))
}

function clamp(value: number, from: number, to: number): number {
  return Math.min(to, Math.max(from, value))
}
