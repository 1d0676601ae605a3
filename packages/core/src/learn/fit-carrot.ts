/**
 * What CARROT's neighbours remember (estimate/carrot.ts): quality and cost of every model on every training query.
 */
import type { Memory } from '../estimate/memory.ts'
import { fitMemory } from './fit-memory.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitCarrot(set: PoolSet, rows: readonly number[], options: FitPredictorOptions): Memory {
  const { qualities, relativeCosts, models } = set
  const width = models.length
  const valuesOf = (row: number): ArrayLike<number> => {
    const known = qualities.subarray(row * width, (row + 1) * width)
    return relativeCosts === null
      ? known
      : Float64Array.of(...known, ...relativeCosts.subarray(row * width, (row + 1) * width))
  }
  return fitMemory({ ...set, valuesOf, width: relativeCosts === null ? width : 2 * width }, rows, options)
}
