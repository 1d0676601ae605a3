/**
 * Grows the forest of estimate/forest.ts: more trees than the blend's, which has other readers to steady it.
 */
import { fitForest, type Forest } from '../math/extra-trees.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitPoolForest(
  { dense, columns, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): Forest {
  return fitForest({ x: dense, columns, y: qualities, targets: models.length }, rows, {
    trees: 120,
    candidates: 15,
    minLeafRows: 12,
    rng: createRng(seed),
  })
}
