/**
 * Learns the tagger and the table of estimate/table.ts.
 */
import type { TableParameters } from '../estimate/table.ts'
import { fitPoolTable } from './fit-pool-blend.ts'
import { meanQualities, type FitPredictorOptions, type PoolSet } from './pool-set.ts'

export function fitTable(
  set: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): TableParameters {
  return { table: fitPoolTable(set, rows, seed), means: Float32Array.from(meanQualities(set, rows)) }
}
