/**
 * Average budget of a pool: the cost weight whose mean cost, on the rows that the settings were measured on, comes to the budget. The Lagrangian of
 * "most quality at that mean cost": one number for all queries, whatever each of them costs.
 *
 * Between two settings the weight is interpolated on a logarithmic axis, by mean cost. Settings that ask a margin weigh no money and are left out.
 */
import type { PoolArtifact } from '../contract/pool-artifact.ts'

/** Undefined below the mean cost of the cheapest setting. */
export function weightWithin(
  { settings }: Pick<PoolArtifact, 'settings'>,
  budget: number,
): number | undefined {
  const weighed = settings.filter(({ margin = 0 }) => margin === 0)
  const dear = weighed[0]
  if (dear === undefined || dear.meanCost <= budget) return dear?.costWeight
  const at = weighed.findIndex(({ meanCost }) => meanCost <= budget)
  const [above, below] = [weighed[at - 1], weighed[at]]
  if (above === undefined || below === undefined) return undefined
  const part = (above.meanCost - budget) / (above.meanCost - below.meanCost)
  // From weight 0 a logarithm has no way: half of the next weight stands for it.
  const from = above.costWeight === 0 ? below.costWeight / 2 : above.costWeight
  return from * (below.costWeight / from) ** part
}
