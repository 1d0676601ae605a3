/**
 * The relaxation t* of the trans label: the t whose labels are spread furthest apart.
 *
 *   t* = argmax over t of (1 / N^2) sum over i, i' of | y_i(t) - y_i'(t) |,    y_i(t) = Pr[ q(S) >= q(L) - t ]
 *
 * Source: Hybrid LLM, arXiv:2404.14618 equation 3, by grid search over the training rows; the paper gives neither grid nor ties.
 * Ours: GRID_POINTS equal steps from 0 to the largest t that still changes a label; the first of equal maxima, so that the label is
 * relaxed no more than it helps. (The paper asks t > 0; 0 is kept here so that "do not relax" is an answer.)
 * The double sum is Gini's mean difference: with labels sorted ascending, (2 / N^2) sum_k (2k - N - 1) y_(k), in O(N log N).
 */
import { createTransLabels, type ScorePair } from './labels.ts'

const GRID_POINTS = 200

export interface Relaxation {
  readonly t: number
  /** Values of t tried, ascending. */
  readonly grid: readonly number[]
  /** Objective at each; range [0, 0.5]. */
  readonly objective: readonly number[]
}

export function selectRelaxation(pairs: readonly ScorePair[]): Relaxation {
  const top = largestUsefulRelaxation(pairs)
  const grid = top > 0 ? Array.from({ length: GRID_POINTS + 1 }, (_, i) => (top * i) / GRID_POINTS) : [0]
  const labelsAt = createTransLabels(pairs)
  const objective = grid.map((t) => labelSpread(labelsAt(t)))
  // Differences below the rounding of the sum are not differences.
  const best = objective.reduce((a, b) => Math.max(a, b), 0) - 1e-12
  return { t: grid[objective.findIndex((value) => value >= best)] ?? 0, grid, objective }
}

/** Mean absolute difference over all ordered pairs of labels, each with itself included. Range [0, 0.5] for labels in [0, 1]. */
export function labelSpread(labels: Float64Array): number {
  const sorted = labels.toSorted()
  const n = sorted.length
  let sum = 0
  for (let k = 0; k < n; k++) sum += (2 * (k + 1) - n - 1) * (sorted[k] ?? 0)
  return n === 0 ? 0 : (2 * sum) / (n * n)
}

function largestUsefulRelaxation(pairs: readonly ScorePair[]): number {
  return pairs.reduce(
    (top, { smallScores, largeScores }) => Math.max(top, Math.max(...largeScores) - Math.min(...smallScores)),
    0,
  )
}
