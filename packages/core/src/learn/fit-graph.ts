/** Learns estimate/graph.ts. */
import type { TraitsParameters } from '../estimate/traits.ts'
import { fitTraits } from './fit-traits.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitGraph(
  set: PoolSet,
  rows: readonly number[],
  options: FitPredictorOptions,
): TraitsParameters {
  return fitTraits(set, rows, { ...options, message: 'edges' })
}
