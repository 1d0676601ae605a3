/**
 * Task-type table: the baseline that knows a query's given category and nothing else.
 *
 *   score(query) = shrunken mean gap of its category (math/shrunken-means.ts)
 *
 * Categories without rows, and rows without category, get the mean gap of all. It is a strong baseline (data/README.md) and it is *given* the category, which a live
 * router never is. Fitted on training rows when there are some, else cross-fitted over the evaluated rows, which favours it.
 */
import { createRng } from '../math/rng.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'

/** What the table learns from: the category of a row, when it has one, and its quality gap. */
export interface TaskRows {
  readonly categories: readonly (string | undefined)[]
  /** quality(small) - quality(large), one per row. Range [-1, 1]. */
  readonly gaps: ArrayLike<number>
}

/** Expected gap by category. */
export interface TaskTable {
  readonly types: number
  scoreOf(category: string | undefined): number
}

/** Fits on the rows that `isUsed` admits; all by default. */
export function fitTaskTable(
  { categories, gaps }: TaskRows,
  isUsed: (row: number) => boolean = () => true,
): TaskTable {
  const rows = [...categories.keys()].filter(isUsed)
  const types = new Map<string, number>()
  for (const row of rows) {
    const category = categories[row]
    if (category !== undefined && !types.has(category)) types.set(category, types.size)
  }
  const typeOf = (category: string | undefined): number =>
    category === undefined ? -1 : (types.get(category) ?? -1)
  const groupOf = Int32Array.from(categories, typeOf)
  const { mean, means } = fitShrunkenMeans({ groupOf, values: gaps, groups: types.size }, rows)
  return {
    types: types.size,
    scoreOf: (category) => means[typeOf(category)] ?? mean,
  }
}

/** Folds of the cross-fit: each row is scored by a table that has not seen it. */
const FOLDS = 5

/** One score per row, from tables fitted on the other folds. Equal seeds give equal folds. */
export function crossFitTaskTable(rows: TaskRows, seed: number): Float64Array {
  const rng = createRng(seed)
  const fold = rows.categories.map(() => rng.int(FOLDS))
  const scores = new Float64Array(rows.categories.length)
  for (let held = 0; held < FOLDS; held++) {
    const table = fitTaskTable(rows, (row) => fold[row] !== held)
    for (const [row, category] of rows.categories.entries()) {
      if (fold[row] === held) scores[row] = table.scoreOf(category)
    }
  }
  return scores
}
