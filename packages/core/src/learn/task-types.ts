/**
 * Task types of the training rows: their `category` when they carry one, clusters of their embeddings when not. Categories of
 * very few rows are left without a type: a tagger cannot learn them and their mean gap would be noise.
 */
import { fitKMeans } from '../math/k-means.ts'
import type { Rng } from '../math/rng.ts'

/** Fewest rows for a category to become a task type. */
const MIN_CATEGORY_ROWS = 5
/** Most clusters when there are no categories. */
const MAX_CLUSTERS = 32

export interface TaskTypes {
  /** Type of each row, 0 … count - 1; -1 for none. */
  readonly typeOf: Int32Array
  readonly count: number
  readonly source: 'category' | 'cluster'
}

export interface TaskTypeInput {
  readonly categories: readonly (string | undefined)[]
  /** rows x rank, row-major: unit embeddings. */
  readonly embeddings: Float32Array
  readonly rank: number
  readonly rng: Rng
}

export function findTaskTypes({ categories, embeddings, rank, rng }: TaskTypeInput): TaskTypes {
  const sizes = new Map<string, number>()
  for (const category of categories) {
    if (category !== undefined) sizes.set(category, (sizes.get(category) ?? 0) + 1)
  }
  const kept = [...sizes].filter(([, size]) => size >= MIN_CATEGORY_ROWS).map(([name]) => name)
  if (kept.length >= 2) {
    const order = new Map(kept.sort().map((name, type) => [name, type]))
    const typeOf = Int32Array.from(categories, (category) => order.get(category ?? '') ?? -1)
    return { typeOf, count: kept.length, source: 'category' }
  }
  const rows = categories.length
  const clusters = Math.max(2, Math.min(MAX_CLUSTERS, Math.round(Math.sqrt(rows / 8))))
  const clusterOf = fitKMeans({ x: embeddings, columns: rank }, { clusters, iterations: 20, rng })
  return { typeOf: Int32Array.from(clusterOf), count: clusters, source: 'cluster' }
}
