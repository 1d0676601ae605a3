/**
 * Fits every component of the blend (estimate/components.ts) on a subset of the training rows. Called once per fold and once
 * on all rows; the folds' predictions teach the combination.
 */
import type { Components, NearestComponent, Seen, TableComponent } from '../estimate/components.ts'
import { fitForest } from '../math/extra-trees.ts'
import { createRng, shuffle, type Rng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { fitSoftLogistic, type LinearFit } from '../math/soft-logistic.ts'
import { fitSoftmax } from '../math/softmax-regression.ts'
import { interleave, stackRows, type SparseMatrix } from '../math/sparse.ts'
import type { TaskTypes } from './task-types.ts'

/** Predictions at this tolerance correlate above 0.999 with those of the exact solution on the recorded pairs. */
export const SOLVER = { epochs: 15, tolerance: 1e-2 } as const
/** Remembered queries at most: bounds a decision's cost. More are sampled down. */
const MAX_NEIGHBOURS_KEPT = 1024

/** Training rows in the forms the components need; one entry per row, in row order. */
export interface TrainingSet {
  readonly seen: readonly Seen[]
  readonly text: SparseMatrix
  readonly words: SparseMatrix
  /** rows x (rank + surface), row-major. */
  readonly dense: Float32Array
  readonly rank: number
  /** Label of the method, in [0, 1]. */
  readonly labels: Float64Array
  /** quality(small) - quality(large), in [-1, 1]. */
  readonly gaps: Float64Array
  readonly types: TaskTypes
}

export interface TrainingSetInput extends Pick<TrainingSet, 'seen' | 'rank' | 'labels' | 'gaps' | 'types'> {
  readonly textColumns: number
  readonly vocabularySize: number
}

export function createTrainingSet({ textColumns, vocabularySize, ...rest }: TrainingSetInput): TrainingSet {
  const { seen } = rest
  const columns = seen[0]?.dense.length ?? 0
  const dense = new Float32Array(seen.length * columns)
  seen.forEach((one, row) => dense.set(one.dense, row * columns))
  return {
    ...rest,
    text: stackRows(
      seen.map(({ text }) => text),
      textColumns,
    ),
    words: stackRows(
      seen.map(({ words }) => words),
      vocabularySize,
    ),
    dense,
  }
}

export interface FitOptions {
  /** The same for every subset: folds differ by their rows alone. */
  readonly seed: number
  /** Of the linear components, from select-penalty.ts. */
  readonly inversePenalty: number
}

/** The gap as a soft label: 0 when only the large model is right, 1 when only the small one is, 1/2 when they tie. */
export function toSoftGaps(gaps: Float64Array): Float64Array {
  return gaps.map((gap) => (1 + gap) / 2)
}

export function fitComponents(
  set: TrainingSet,
  rows: readonly number[],
  { seed, inversePenalty }: FitOptions,
): Components {
  const fitLinear = (labels: Float64Array): LinearFit =>
    fitSoftLogistic({ matrix: set.text, labels, rows }, { inversePenalty, ...SOLVER, rng: createRng(seed) })
  const label = fitLinear(set.labels)
  const gap = fitLinear(toSoftGaps(set.gaps))
  return {
    linear: { weights: interleave(label.weights, gap.weights), labelBias: label.bias, gapBias: gap.bias },
    table: fitTable(set, rows, createRng(seed)),
    nearest: fitNearest(set, rows, createRng(seed)),
    forest: fitForest({ x: set.dense, columns: set.dense.length / set.seen.length, y: set.gaps }, rows, {
      trees: 60,
      candidates: 15,
      minLeafRows: 12,
      rng: createRng(seed),
    }),
  }
}

function fitTable({ words, types, gaps }: TrainingSet, rows: readonly number[], rng: Rng): TableComponent {
  const tagged = rows.filter((row) => (types.typeOf[row] ?? -1) >= 0)
  const tagger = fitSoftmax(
    { matrix: words, classOf: Uint32Array.from(types.typeOf), rows: tagged },
    { classes: types.count, epochs: 5, stepSize: 4, rng },
  )
  const { means } = fitShrunkenMeans({ groupOf: types.typeOf, values: gaps, groups: types.count }, tagged)
  return {
    tagger: toRowTable(tagger.weights, types.count),
    bias: tagger.bias,
    gaps: Float32Array.from(means),
  }
}

function fitNearest({ seen, gaps, rank }: TrainingSet, rows: readonly number[], rng: Rng): NearestComponent {
  const kept = rows.length > MAX_NEIGHBOURS_KEPT ? shuffle(rng, rows).slice(0, MAX_NEIGHBOURS_KEPT) : rows
  const embeddings = new Float32Array(kept.length * rank)
  kept.forEach((row, i) => {
    const one = seen[row]
    if (one !== undefined) embeddings.set(one.embedding, i * rank)
  })
  return {
    embeddings: toRowTable(embeddings, rank),
    gaps: Float32Array.from(kept, (row) => gaps[row] ?? 0),
    meanGap: rows.reduce((sum, row) => sum + (gaps[row] ?? 0), 0) / rows.length,
  }
}
