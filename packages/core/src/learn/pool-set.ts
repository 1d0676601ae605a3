/**
 * Pool set: training rows in the forms that methods learn from, made once for all of them.
 */
import { see, type Seen, type View } from '../estimate/components.ts'
import { textColumns } from '../estimate/weighting.ts'
import { createRng } from '../math/rng.ts'
import { stackRows, type SparseMatrix } from '../math/sparse.ts'
import type { PoolExample } from './pool-examples.ts'
import { findTaskTypes, type TaskTypes } from './task-types.ts'

/** One entry per row, in row order. */
export interface PoolSet {
  readonly models: readonly string[]
  readonly view: View
  readonly examples: readonly PoolExample[]
  readonly seen: readonly Seen[]
  /** The weighted text with the surface features behind it. */
  readonly text: SparseMatrix
  /** The words of the vocabulary only. */
  readonly words: SparseMatrix
  /** rows x columns, row-major: unit embedding, then surface features. */
  readonly dense: Float32Array
  readonly columns: number
  /** Length of the embedding, the first columns of `dense`. */
  readonly rank: number
  /** Quality of each model, one number per row. Range [0, 1]. */
  readonly targets: readonly Float64Array[]
  /** The same, rows x models, row-major. */
  readonly qualities: Float64Array
  /** Costs as multiples of their means, rows x models, row-major; null when a call was not metered. */
  readonly relativeCosts: Float64Array | null
  /** Mean metered cost of a call, one per model, USD. */
  readonly meansUsd: readonly number[]
  /** Task types: the rows' categories, clusters of the text where they have none. */
  readonly types: TaskTypes
}

/** Learns a method's parameters from some of the set's rows. The same rows and seed give the same parameters. */
export type FitPredictor = (set: PoolSet, rows: readonly number[], options: FitPredictorOptions) => unknown

export interface FitPredictorOptions {
  readonly seed: number
  /** Inverse penalty of linear models on text, chosen by cross-validation. */
  readonly inversePenalty: number
}

export function createPoolSet(
  examples: readonly PoolExample[],
  view: View,
  { models, seed }: { readonly models: readonly string[]; readonly seed: number },
): PoolSet {
  const seen = examples.map(({ features }) => see(features, view))
  const columns = seen[0]?.dense.length ?? 0
  const dense = new Float32Array(seen.length * columns)
  const embeddings = new Float32Array(seen.length * view.rank)
  seen.forEach((one, row) => {
    dense.set(one.dense, row * columns)
    embeddings.set(one.embedding, row * view.rank)
  })
  const meansUsd = models.map((_, j) => meanOf(examples.map(({ costsUsd }) => costsUsd?.[j] ?? 0)))
  const isMetered = examples.every(({ costsUsd }) => costsUsd !== null) && meansUsd.every((usd) => usd > 0)
  return {
    models,
    view,
    examples,
    seen,
    text: stackRows(
      seen.map(({ text }) => text),
      textColumns(view.weighting),
    ),
    words: stackRows(
      seen.map(({ words }) => words),
      view.weighting.vocabularySize,
    ),
    dense,
    columns,
    rank: view.rank,
    targets: models.map((_, j) => Float64Array.from(examples, ({ qualities }) => qualities[j] ?? 0)),
    qualities: Float64Array.from(examples.flatMap(({ qualities }) => qualities)),
    relativeCosts: isMetered
      ? Float64Array.from(
          examples.flatMap(({ costsUsd }) => (costsUsd ?? []).map((usd, j) => usd / (meansUsd[j] ?? 1))),
        )
      : null,
    meansUsd,
    types: findTaskTypes({
      categories: examples.map(({ category }) => category),
      embeddings,
      rank: view.rank,
      rng: createRng(seed),
    }),
  }
}

/** Mean quality on some rows, one per model. */
export function meanQualities({ targets }: Pick<PoolSet, 'targets'>, rows: readonly number[]): Float64Array {
  return Float64Array.from(
    targets,
    (values) => rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / Math.max(1, rows.length),
  )
}

/** Unit embeddings of some rows: rows x rank, row-major. */
export function gatherEmbeddings(
  { dense, columns, rank }: Pick<PoolSet, 'dense' | 'columns' | 'rank'>,
  rows: readonly number[],
): Float32Array {
  const embeddings = new Float32Array(rows.length * rank)
  rows.forEach((row, i) => embeddings.set(dense.subarray(row * columns, row * columns + rank), i * rank))
  return embeddings
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
