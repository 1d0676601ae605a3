/**
 * Fits the readers of the pool's blend (estimate/pool-blend.ts) on a subset of the training rows.
 */
import type { PoolReaders, PoolTable } from '../estimate/pool-blend.ts'
import { fitForest } from '../math/extra-trees.ts'
import { createRng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { fitSoftmax } from '../math/softmax-regression.ts'
import { SOLVER } from './fit-components.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitPoolBlend(
  set: PoolSet,
  rows: readonly number[],
  { seed, inversePenalty }: FitPredictorOptions,
): PoolReaders {
  const width = set.targets.length
  const linear = set.targets.map((labels) =>
    fitSoftLogistic({ matrix: set.text, labels, rows }, { inversePenalty, ...SOLVER, rng: createRng(seed) }),
  )
  const weights = new Float32Array(set.text.columns * width)
  linear.forEach((fit, j) => fit.weights.forEach((weight, column) => (weights[column * width + j] = weight)))
  const { dense, columns, qualities } = set
  return {
    linear: { weights, biases: Float32Array.from(linear, ({ bias }) => bias) },
    table: fitPoolTable(set, rows, seed),
    forest: fitForest({ x: dense, columns, y: qualities, targets: width }, rows, {
      trees: 60,
      candidates: 15,
      minLeafRows: 12,
      rng: createRng(seed),
    }),
  }
}

/** A tagger of the task types, and each model's shrunken mean quality on each of them. */
export function fitPoolTable(
  { words, types, targets }: PoolSet,
  rows: readonly number[],
  seed: number,
): PoolTable {
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
