/** Fits the three-class classifier of the text (estimate/text.ts). */
import type { TextParameters } from '../estimate/text.ts'
import { createRng } from '../math/rng.ts'
import { fitVerdictHead } from '../math/verdict-head.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitText(
  { dense, columns, rank, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): TextParameters {
  const data = { dense, columns, rank, qualities, models: models.length }
  return { vectors: fitVerdictHead(data, rows, createRng(seed)) }
}
