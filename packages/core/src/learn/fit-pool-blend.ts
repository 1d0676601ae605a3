/**
 * Fits the readers of the pool's blend (estimate/pool-blend.ts) on a subset of the training rows.
 */
import type { PoolReaders, PoolTable } from '../estimate/pool-blend.ts'
import { fitForest } from '../math/extra-trees.ts'
import { createRng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import { fitSoftmax } from '../math/softmax-regression.ts'
import { fitPoolLinear } from './fit-pool-linear.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitPoolBlend(
  set: PoolSet,
  rows: readonly number[],
  options: FitPredictorOptions,
): PoolReaders {
  const { seed } = options
  const { dense, columns, qualities } = set
  return {
    linear: fitPoolLinear(set, rows, options),
    table: fitPoolTable(set, rows, seed),
    forest: fitForest({ x: dense, columns, y: qualities, targets: set.targets.length }, rows, {
      trees: 60,
      candidates: 15,
      minLeafRows: 12,
      rng: createRng(seed),
    }),
  }
}

/** A tagger of the task types. */
export function fitTagger(
  { words, types }: PoolSet,
  rows: readonly number[],
  seed: number,
): Pick<PoolTable, 'tagger' | 'bias'> {
  const tagger = fitSoftmax(
    {
      matrix: words,
      classOf: Uint32Array.from(types.typeOf),
      rows: rows.filter((row) => (types.typeOf[row] ?? -1) >= 0),
    },
    { classes: types.count, epochs: 5, stepSize: 4, rng: createRng(seed) },
  )
  return { tagger: toRowTable(tagger.weights, types.count), bias: tagger.bias }
}

/** The tagger, and each model's shrunken mean quality on each task type. */
export function fitPoolTable(set: PoolSet, rows: readonly number[], seed: number): PoolTable {
  const { types, targets } = set
  const tagged = rows.filter((row) => (types.typeOf[row] ?? -1) >= 0)
  const qualities = new Float32Array(types.count * targets.length)
  targets.forEach((values, j) => {
    const { means } = fitShrunkenMeans({ groupOf: types.typeOf, values, groups: types.count }, tagged)
    means.forEach((mean, type) => (qualities[type * targets.length + j] = mean))
  })
  return { ...fitTagger(set, rows, seed), qualities }
}
