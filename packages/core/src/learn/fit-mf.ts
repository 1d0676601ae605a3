/**
 * Fits the matrix factorisation (estimate/mf.ts) on the preferences that outcomes give, ties counted as half a win of each side.
 */
import type { LinearStrengths } from '../estimate/strengths.ts'
import { fitFactors } from '../math/preference-factors.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitMf(
  { dense, columns, rank, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): LinearStrengths {
  const data = { dense, columns, rank, qualities, models: models.length }
  return { vectors: fitFactors(data, rows, createRng(seed)) }
}
