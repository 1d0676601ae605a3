/**
 * What k nearest neighbours remember (estimate/knn.ts): the quality of every model on every training query.
 */
import type { Memory } from '../estimate/memory.ts'
import { fitMemory } from './fit-memory.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitKnn(set: PoolSet, rows: readonly number[], options: FitPredictorOptions): Memory {
  const { qualities, models } = set
  const width = models.length
  const valuesOf = (row: number): Float64Array => qualities.subarray(row * width, (row + 1) * width)
  return fitMemory({ ...set, valuesOf, width }, rows, options)
}
