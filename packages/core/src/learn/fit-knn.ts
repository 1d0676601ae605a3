/**
 * Remembers training queries for estimate/knn.ts. Nothing is fitted; more rows than are kept are drawn by the seed, which bounds a decision's cost.
 */
import type { KnnParameters } from '../estimate/knn.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

/** A scan of so many rows takes some 2 ms. */
const MOST_REMEMBERED = 50_000

export function fitKnn(
  { dense, columns, rank, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): KnnParameters {
  const kept =
    rows.length <= MOST_REMEMBERED ? rows : shuffle(createRng(seed), rows).slice(0, MOST_REMEMBERED)
  const width = models.length
  const embeddings = new Float32Array(kept.length * rank)
  const remembered = new Float32Array(kept.length * width)
  const means = new Float64Array(width)
  kept.forEach((row, i) => {
    embeddings.set(dense.subarray(row * columns, row * columns + rank), i * rank)
    const of = qualities.subarray(row * width, (row + 1) * width)
    remembered.set(of, i * width)
    of.forEach((quality, j) => (means[j] = (means[j] ?? 0) + quality / kept.length))
  })
  return {
    embeddings: toRowTable(embeddings, rank),
    qualities: remembered,
    means: Float32Array.from(means),
  }
}
