/**
 * Cost saving at equal quality: the part of the best single model's cost that a system does without, being as good.
 *
 *   saving = 1 - cost(S) / cost(best single),   S the cheapest operating point with quality(S) >= quality(best single)
 *
 * It is 1 - QNC (quality-neutral-cost.ts), in the words of those who pay. Its traps are the same: report it with an interval, and
 * remember that the point was chosen on the rows. Source: house rule; the number that most routing papers put in their abstract.
 */
import type { CostCurve, CostPoint } from './cost-curve.ts'
import { defined, type MetricValue } from './metric-value.ts'
import { qualityNeutralCost } from './quality-neutral-cost.ts'

/** At most 1, higher is better; 0 saves nothing. Undefined as qualityNeutralCost. */
export function costSavingAtEqualQuality(
  curve: Pick<CostCurve, 'cost' | 'quality'>,
  best: CostPoint,
): MetricValue {
  const cost = qualityNeutralCost(curve, best)
  return cost.value === undefined ? cost : defined(1 - cost.value)
}
