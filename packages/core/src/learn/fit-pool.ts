/**
 * Fits the pool estimator (estimate/pool.ts): readers once per fold and once on all rows, then each model's quality on the out-of-fold
 * readings, as train.ts does for a pair. Also gives every training row estimates that have not seen it: what is learned after an answer
 * (fit-pool-answers.ts) must not learn from estimates that know the row.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { see, type Seen, type View } from '../estimate/components.ts'
import {
  predictCosts,
  readPool,
  toQuality,
  type PoolCosts,
  type PoolParameters,
  type PoolReaders,
} from '../estimate/pool.ts'
import { textColumns } from '../estimate/weighting.ts'
import { fitForest, type Forest } from '../math/extra-trees.ts'
import { fitRidgeLogistic, type RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { createRng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { fitSoftmax } from '../math/softmax-regression.ts'
import { stackRows, type SparseMatrix } from '../math/sparse.ts'
import { SOLVER } from './fit-components.ts'
import { fitView } from './fit-view.ts'
import { assignFolds } from './folds.ts'
import type { PoolExample } from './pool-examples.ts'
import { selectInversePenalty } from './select-penalty.ts'
import { findTaskTypes, type TaskTypes } from './task-types.ts'

export const POOL_FOLDS: number = 4
/** As in fit-qualities.ts. */
const RIDGE = 0.1
/** Costs follow length smoothly: fewer trees do. */
const COST_TREES = 20

export interface PoolFit {
  readonly parameters: PoolParameters
  /** Rows x models, row-major: quality estimates of each training row by fits that have not seen it. */
  readonly qualities: Float64Array
  /** The same of costs, USD; null as PoolParameters.costs. */
  readonly costsUsd: Float64Array | null
  /** Fold of each row, 0 … POOL_FOLDS - 1. */
  readonly foldOf: Uint8Array
}

export interface PoolFitOptions {
  readonly models: readonly string[]
  readonly spec: EncoderSpec
  readonly seed: number
}

interface PoolSet {
  readonly seen: readonly Seen[]
  readonly text: SparseMatrix
  readonly words: SparseMatrix
  /** rows x columns, row-major. */
  readonly dense: Float32Array
  readonly columns: number
  /** Quality of each model, one number per row. */
  readonly targets: readonly Float64Array[]
  /** The same, rows x models, row-major. */
  readonly qualities: Float64Array
  /** Costs as multiples of their means, rows x models, row-major. */
  readonly relativeCosts: Float64Array | null
  readonly meansUsd: readonly number[]
  readonly types: TaskTypes
}

export function fitPool(examples: readonly PoolExample[], options: PoolFitOptions): PoolFit {
  const { models, spec, seed } = options
  const view = fitView(
    examples.map(({ features }) => features),
    spec,
    createRng(seed),
  )
  const set = createPoolSet(examples, view, options)
  const foldOf = assignFolds(
    examples.map(({ textKey }) => textKey),
    POOL_FOLDS,
    createRng(seed),
  )
  // One penalty for all: the first and the last model, cheap and dear, stand for the others.
  const [smallQualities = new Float64Array()] = set.targets
  const largeQualities = set.targets.at(-1) ?? smallQualities
  const penalty = selectInversePenalty({ text: set.text, smallQualities, largeQualities }, foldOf, seed)
  const all = [...examples.keys()]
  const readings: (readonly (readonly number[])[])[] = []
  const costs = set.relativeCosts === null ? null : new Float64Array(all.length * models.length)
  for (let fold = 0; fold < POOL_FOLDS; fold++) {
    const kept = all.filter((row) => foldOf[row] !== fold)
    const readers = fitReaders(set, kept, { seed, penalty })
    const costsOfFold = fitCosts(set, kept, seed)
    for (const row of all.filter((one) => foldOf[one] === fold)) {
      const seen = set.seen[row]
      if (seen === undefined) continue
      readings[row] = readPool(readers, seen)
      if (costsOfFold !== null) costs?.set(predictCosts(costsOfFold, seen), row * models.length)
    }
  }
  const fits = (isUsed: (row: number) => boolean): readonly RidgeLogisticFit[] =>
    set.targets.map((target, model) => fitQuality({ readings, target, model }, all.filter(isUsed)))
  return {
    parameters: {
      models,
      view,
      readers: fitReaders(set, all, { seed, penalty }),
      qualities: fits(() => true),
      costs: fitCosts(set, all, seed),
    },
    qualities: crossFit({ readings, foldOf, models: models.length }, fits),
    costsUsd: costs,
    foldOf,
  }
}

function createPoolSet(
  examples: readonly PoolExample[],
  view: View,
  { models, seed }: PoolFitOptions,
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

function fitReaders(
  set: PoolSet,
  rows: readonly number[],
  { seed, penalty }: { readonly seed: number; readonly penalty: number },
): PoolReaders {
  const width = set.targets.length
  const linear = set.targets.map((labels) =>
    fitSoftLogistic(
      { matrix: set.text, labels, rows },
      { inversePenalty: penalty, ...SOLVER, rng: createRng(seed) },
    ),
  )
  const weights = new Float32Array(set.text.columns * width)
  linear.forEach((fit, j) => fit.weights.forEach((weight, column) => (weights[column * width + j] = weight)))
  return {
    linear: { weights, biases: Float32Array.from(linear, ({ bias }) => bias) },
    table: fitTable(set, rows, seed),
    forest: growForest(set, rows, { y: set.qualities, trees: 60, seed }),
  }
}

function fitTable(
  { words, types, targets }: PoolSet,
  rows: readonly number[],
  seed: number,
): PoolReaders['table'] {
  const tagged = rows.filter((row) => (types.typeOf[row] ?? -1) >= 0)
  const tagger = fitSoftmax(
    { matrix: words, classOf: Uint32Array.from(types.typeOf), rows: tagged },
    { classes: types.count, epochs: 5, stepSize: 4, rng: createRng(seed) },
  )
  const qualities = new Float32Array(types.count * targets.length)
  targets.forEach((values, j) => {
    const { means } = fitShrunkenMeans({ groupOf: types.typeOf, values, groups: types.count }, tagged)
    means.forEach((mean, type) => (qualities[type * targets.length + j] = mean))
  })
  return { tagger: toRowTable(tagger.weights, types.count), bias: tagger.bias, qualities }
}

interface Growing {
  readonly y: Float64Array
  readonly trees: number
  readonly seed: number
}

function growForest(
  { dense, columns, targets }: PoolSet,
  rows: readonly number[],
  { y, trees, seed }: Growing,
): Forest {
  return fitForest({ x: dense, columns, y, targets: targets.length }, rows, {
    trees,
    candidates: 15,
    minLeafRows: 12,
    rng: createRng(seed),
  })
}

function fitCosts(set: PoolSet, rows: readonly number[], seed: number): PoolCosts | null {
  const { relativeCosts, meansUsd } = set
  if (relativeCosts === null) return null
  return { meansUsd, forest: growForest(set, rows, { y: relativeCosts, trees: COST_TREES, seed }) }
}

interface QualityRows {
  readonly readings: readonly (readonly (readonly number[])[])[]
  readonly target: Float64Array
  readonly model: number
}

function fitQuality({ readings, target, model }: QualityRows, rows: readonly number[]): RidgeLogisticFit {
  const count = readings[0]?.[model]?.length ?? 0
  const columns = Array.from({ length: count }, (_, j) =>
    Float64Array.from(rows, (row) => readings[row]?.[model]?.[j] ?? 0),
  )
  return fitRidgeLogistic(
    columns,
    Float64Array.from(rows, (row) => target[row] ?? 0),
    RIDGE,
  )
}

interface CrossFitting {
  readonly readings: QualityRows['readings']
  readonly foldOf: Uint8Array
  readonly models: number
}

function crossFit(
  { readings, foldOf, models }: CrossFitting,
  fits: (isUsed: (row: number) => boolean) => readonly RidgeLogisticFit[],
): Float64Array {
  const qualities = new Float64Array(foldOf.length * models)
  for (let fold = 0; fold < POOL_FOLDS; fold++) {
    const fitted = fits((row) => foldOf[row] !== fold)
    readings.forEach((reading, row) => {
      if (foldOf[row] !== fold) return
      reading.forEach((one, j) => (qualities[row * models + j] = toQuality(one, fitted[j])))
    })
  }
  return qualities
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
