/** Fits item response (estimate/irt.ts) on the qualities of all models. */
import type { LinearStrengths } from '../estimate/strengths.ts'
import { fitItemResponse } from '../math/item-response.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitIrt(
  { dense, columns, rank, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): LinearStrengths {
  const data = { dense, columns, rank, qualities, models: models.length }
  return { vectors: fitItemResponse(data, rows, createRng(seed)) }
}
