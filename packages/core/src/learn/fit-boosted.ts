/**
 * Grows the trees of estimate/boosted.ts, one sequence for all models.
 */
import { fitBoostedTrees, type BoostedTrees } from '../math/boosted-trees.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitBoosted(
  { dense, columns, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): BoostedTrees {
  return fitBoostedTrees({ x: dense, columns, y: qualities, targets: models.length }, rows, {
    trees: 120,
    depth: 4,
    rate: 0.08,
    ridge: 5,
    minLeafRows: 12,
    sampled: 0.5,
    columnsTried: 24,
    rng: createRng(seed),
  })
}
