/**
 * Fits the readers and the neighbours of the blend (estimate/components.ts) on a subset of the training rows. Called once per fold and
 * once on all rows; the folds' readings teach the qualities (fit-qualities.ts) and the combination.
 */
import type { LinearReader, NearestComponent, Readers, Seen, TableReader } from '../estimate/components.ts'
import { fitForest } from '../math/extra-trees.ts'
import { createRng, shuffle, type Rng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { fitSoftLogistics } from '../math/soft-logistic.ts'
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
  /** Mean quality of each model's answers, in [0, 1]. */
  readonly smallQualities: Float64Array
  readonly largeQualities: Float64Array
  /** Both side by side: small of row 0, large of row 0, small of row 1 … */
  readonly bothQualities: Float64Array
  /** quality(small) - quality(large), in [-1, 1]. */
  readonly gaps: Float64Array
  readonly types: TaskTypes
}

/** What the linear readers learn from. */
export type LinearSet = Pick<TrainingSet, 'text' | 'smallQualities' | 'largeQualities'>

export interface TrainingSetInput extends Pick<
  TrainingSet,
  'seen' | 'rank' | 'smallQualities' | 'largeQualities' | 'types'
> {
  readonly textColumns: number
  readonly vocabularySize: number
}

export function createTrainingSet({ textColumns, vocabularySize, ...rest }: TrainingSetInput): TrainingSet {
  const { seen, smallQualities, largeQualities } = rest
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
    bothQualities: Float64Array.from(
      { length: 2 * seen.length },
      (_, i) => (i % 2 === 0 ? smallQualities : largeQualities)[i >> 1] ?? 0,
    ),
    gaps: smallQualities.map((quality, row) => quality - (largeQualities[row] ?? 0)),
  }
}

export interface FitOptions {
  /** The same for every subset, so that folds differ by their rows alone. */
  readonly seed: number
  /** Of the linear readers, from select-penalty.ts. */
  readonly inversePenalty: number
}

export function fitReaders(set: TrainingSet, rows: readonly number[], options: FitOptions): Readers {
  const { seed } = options
  return {
    linear: fitLinear(set, rows, options),
    table: fitTable(set, rows, createRng(seed)),
    nearest: fitNearest(set, rows, createRng(seed)),
    forest: fitForest(
      { x: set.dense, columns: set.dense.length / set.seen.length, y: set.bothQualities, targets: 2 },
      rows,
      { trees: 60, candidates: 15, minLeafRows: 12, rng: createRng(seed) },
    ),
  }
}

export function fitLinear(
  set: LinearSet,
  rows: readonly number[],
  { seed, inversePenalty }: FitOptions,
): LinearReader {
  const { weights, biases } = fitSoftLogistics(
    { matrix: set.text, labels: [set.smallQualities, set.largeQualities], rows },
    { inversePenalty, ...SOLVER, rng: createRng(seed) },
  )
  return { weights, smallBias: biases[0] ?? 0, largeBias: biases[1] ?? 0 }
}

function fitTable(set: TrainingSet, rows: readonly number[], rng: Rng): TableReader {
  const { words, types } = set
  const tagged = rows.filter((row) => (types.typeOf[row] ?? -1) >= 0)
  const tagger = fitSoftmax(
    { matrix: words, classOf: Uint32Array.from(types.typeOf), rows: tagged },
    { classes: types.count, epochs: 5, stepSize: 4, rng },
  )
  const meansOf = (values: Float64Array): Float32Array =>
    Float32Array.from(fitShrunkenMeans({ groupOf: types.typeOf, values, groups: types.count }, tagged).means)
  return {
    tagger: toRowTable(tagger.weights, types.count),
    bias: tagger.bias,
    qualities: interleave(meansOf(set.smallQualities), meansOf(set.largeQualities)),
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
