/**
 * Task-type table: the baseline that knows a query's given category and nothing else.
 *
 *   score(query) = shrunken mean gap of its category = m + (m_c - m) * n_c T / (n_c T + W)
 *
 * with m the mean gap of all rows, m_c and n_c mean gap and rows of the category, W the variance of gaps inside categories and T the variance
 * of true category means, by the method of moments (DerSimonian and Laird 1986, as in random-effects meta-analysis; T >= 0). Categories
 * without rows, and rows without category, get m. It is a strong baseline (data/README.md) and it is *given* the category, which a live
 * router never is. Fitted on training rows when there are some, else cross-fitted over the evaluated rows, which favours it.
 */
import { createRng } from '../math/rng.ts'

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

interface Cell {
  rows: number
  sum: number
}

/** Fits on the rows that `isUsed` admits; all by default. */
export function fitTaskTable(
  { categories, gaps }: TaskRows,
  isUsed: (row: number) => boolean = () => true,
): TaskTable {
  const cells = new Map<string, Cell>()
  const all: Cell = { rows: 0, sum: 0 }
  let squares = 0
  for (const [i, category] of categories.entries()) {
    const gap = gaps[i] ?? 0
    if (!isUsed(i) || category === undefined) continue
    const cell = cells.get(category) ?? { rows: 0, sum: 0 }
    cells.set(category, { rows: cell.rows + 1, sum: cell.sum + gap })
    all.rows += 1
    all.sum += gap
    squares += gap * gap
  }
  const mean = all.rows === 0 ? 0 : all.sum / all.rows
  const { within, between } = variances([...cells.values()], { rows: all.rows, mean, squares })
  const scores = new Map<string, number>()
  for (const [category, { rows, sum }] of cells) {
    const weight = between === 0 ? 0 : (rows * between) / (rows * between + within)
    scores.set(category, mean + (sum / rows - mean) * weight)
  }
  return {
    types: cells.size,
    scoreOf: (category) => (category === undefined ? mean : (scores.get(category) ?? mean)),
  }
}

interface Totals {
  readonly rows: number
  readonly mean: number
  readonly squares: number
}

/** Variance inside categories, and of the true means between them. */
function variances(
  cells: readonly Cell[],
  { rows, mean, squares }: Totals,
): { readonly within: number; readonly between: number } {
  const explained = cells.reduce((sum, cell) => sum + cell.sum ** 2 / cell.rows, 0)
  if (rows <= cells.length || cells.length < 2) return { within: 0, between: 0 }
  const within = Math.max(0, squares - explained) / (rows - cells.length)
  const spread = explained - rows * mean * mean
  const size = rows - cells.reduce((sum, cell) => sum + cell.rows ** 2, 0) / rows
  return { within, between: Math.max(0, (spread - (cells.length - 1) * within) / size) }
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
