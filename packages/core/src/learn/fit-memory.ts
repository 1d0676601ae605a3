/**
 * Remembers training queries for estimate/memory.ts. Nothing is fitted but the index; more rows than are kept are drawn by the seed, which bounds a
 * decision's cost.
 */
import type { Memory } from '../estimate/memory.ts'
import { fitInvertedFile } from '../math/inverted-file.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

/** 4 MB with an embedding of 64; recall gains nothing measurable beyond. */
const MOST_REMEMBERED = 50_000
/** Below, a scan of all rows takes some 0.1 ms, and an index would save nothing that shows. */
export const INDEXED_ROWS = 8192

interface Remembered extends Pick<PoolSet, 'dense' | 'columns' | 'rank'> {
  /** What is known of a row: `width` numbers. */
  readonly valuesOf: (row: number) => ArrayLike<number>
  readonly width: number
}

export function fitMemory(
  { dense, columns, rank, valuesOf, width }: Remembered,
  rows: readonly number[],
  { seed }: Pick<FitPredictorOptions, 'seed'>,
): Memory {
  const rng = createRng(seed)
  const drawn = rows.length <= MOST_REMEMBERED ? rows : shuffle(rng, rows).slice(0, MOST_REMEMBERED)
  const embeddingOf = (row: number): Float32Array => dense.subarray(row * columns, row * columns + rank)
  const gather = (some: readonly number[]): Float32Array => {
    const vectors = new Float32Array(some.length * rank)
    some.forEach((row, i) => vectors.set(embeddingOf(row), i * rank))
    return vectors
  }
  const fitted = drawn.length < INDEXED_ROWS ? null : fitInvertedFile({ vectors: gather(drawn), rank }, rng)
  const kept = fitted === null ? drawn : Array.from(fitted.order, (i) => drawn[i] ?? 0)
  const values = new Float32Array(kept.length * width)
  const means = new Float64Array(width)
  kept.forEach((row, i) => {
    const of = valuesOf(row)
    values.set(of, i * width)
    for (let j = 0; j < width; j++) means[j] = (means[j] ?? 0) + (of[j] ?? 0) / kept.length
  })
  return {
    embeddings: toRowTable(gather(kept), rank),
    index: fitted?.file ?? null,
    values,
    means: Float32Array.from(means),
  }
}
