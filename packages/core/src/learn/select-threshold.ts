/**
 * Threshold selection by point estimate, as in Hybrid LLM section 4.5 (arXiv:2404.14618): of all distinct scores, the one with the
 * highest cost advantage whose mean quality on the calibration rows is at least level * Q(all large).
 *
 * No guarantee: a point estimate breaks its limit on fresh rows about as often as not (the paper's Table 3: 4 of 9). The levels
 * say `estimate` for that reason; select-promise.ts has the ones that hold.
 * Feasible sets shrink as the level rises, so thresholds never fall and no query moves from large to small.
 */
import type { OperatingPoint } from '../contract/decision.ts'
import type { QualityCurve } from '../math/quality-curve.ts'

/** Rounding of a mean of n scores. */
const EPSILON = 1e-12

/** `curve`: of rows the scorer has not seen. One point per level, same order. */
export function selectThresholds(
  { thresholds, costAdvantage, quality }: QualityCurve,
  levels: readonly number[],
): OperatingPoint[] {
  const allLarge = quality[0] ?? 0
  // Scores below 0 mark queries that go to the large model whatever the level.
  let last = thresholds.length - 1
  while (last > 0 && (thresholds[last] ?? 0) < 0) last -= 1
  return levels.map((level) => {
    let best = last
    while (best > 0 && (quality[best] ?? 0) < level * allLarge - EPSILON) best -= 1
    const isFeasible = best > 0
    return {
      quality: level,
      mode: 'estimate',
      // Keeping every calibration row small means keeping everything small, also what scores lower than any of them.
      threshold: isFeasible ? (best === last ? 0 : (thresholds[best] ?? 1)) : null,
      expectedCostAdvantage: costAdvantage[best] ?? 0,
      expectedQuality: allLarge > 0 ? (quality[best] ?? 0) / allLarge : 1,
    }
  })
}
