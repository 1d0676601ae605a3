/**
 * Pool estimator: of every model of a pool how good its answer to a query will be and what it will cost, before any model is called.
 *
 *   quality = sigmoid(bias + weights . (text, table, forest))      readers as in components.ts, for any number of models at once
 *   costUsd = mean metered cost * forest(query)                    relative cost by length and kind of the text
 *
 * The text is seen once and read for all models together. Qualities are calibrated on out-of-fold readings (learn/fit-pool.ts).
 */
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { Features } from '../contract/features.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { sigmoid } from '../math/logistic.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { softmax } from '../math/softmax-regression.ts'
import { dotSparseColumns, type SparseRow } from '../math/sparse.ts'
import { createRoom, see, type Seen, type View } from './components.ts'

/** Log-odds of every model, linear in the text. */
export interface PoolLinear {
  /** Columns of Weighted.text x models, row-major. */
  readonly weights: Float32Array
  /** One per model. */
  readonly biases: Float32Array
}

/** Expected quality of every model under the tagger's probabilities over task types. */
export interface PoolTable {
  /** Scores of the task types: a row for each word, a column for each type. */
  readonly tagger: RowTable
  /** One per task type. */
  readonly bias: Float32Array
  /** Task types x models, row-major: quality, shrunk towards the model's mean. */
  readonly qualities: Float32Array
}

export interface PoolReaders {
  readonly linear: PoolLinear
  readonly table: PoolTable
  /** Targets: the models' qualities. */
  readonly forest: Forest
}

export interface PoolCosts {
  /** Mean metered cost of a call, one per model, USD. */
  readonly meansUsd: readonly number[]
  /** Targets: the models' costs as multiples of their means. */
  readonly forest: Forest
}

export interface PoolParameters {
  readonly models: readonly string[]
  readonly view: View
  readonly readers: PoolReaders
  /** One per model: weights of text, table and forest. */
  readonly qualities: readonly RidgeLogisticFit[]
  /** Null when a model's calls were not metered. */
  readonly costs: PoolCosts | null
}

export interface PoolEstimator {
  readonly models: readonly string[]
  /** One per model, in their order. Pure and deterministic. */
  estimate(features: Features): readonly CandidateEstimate[]
}

/** With scratch space of its own; calls must not overlap, which synchronous code cannot. */
export function createPoolEstimator({
  models,
  view,
  readers,
  qualities,
  costs,
}: PoolParameters): PoolEstimator {
  const room = createRoom()
  return {
    models,
    estimate(features: Features): readonly CandidateEstimate[] {
      const seen = see(features, view, room)
      const readings = readPool(readers, seen)
      const costsUsd = costs === null ? null : predictCosts(costs, seen)
      return models.map((model, j) => {
        const quality = toQuality(readings[j] ?? [], qualities[j])
        return costsUsd === null ? { model, quality } : { model, quality, costUsd: costsUsd[j] ?? 0 }
      })
    },
  }
}

/** What the readers say of every model: text, table, forest, in this order. */
export function readPool({ linear, table, forest }: PoolReaders, seen: Seen): readonly (readonly number[])[] {
  const text = dotSparseColumns(seen.text, linear.weights, linear.biases)
  const types = predictTable(table, seen.words, text.length)
  const trees = predictForest(forest, seen.dense, 0)
  return Array.from(text, (odds, j) => [odds, types[j] ?? 0, trees[j] ?? 0])
}

/** Expected quality of a model's answer, in (0, 1). */
export function toQuality(readings: readonly number[], fit: RidgeLogisticFit | undefined): number {
  if (fit === undefined) return 0
  return sigmoid(fit.weights.reduce((sum, weight, j) => sum + weight * (readings[j] ?? 0), fit.bias))
}

/** USD, one per model. */
export function predictCosts({ meansUsd, forest }: PoolCosts, { dense }: Seen): readonly number[] {
  const relative = predictForest(forest, dense, 0)
  return meansUsd.map((mean, j) => mean * (relative[j] ?? 1))
}

function predictTable(
  { tagger, bias, qualities }: PoolTable,
  words: SparseRow,
  models: number,
): Float64Array {
  const sums = kernelOf(tagger).sum(words)
  const p = Float64Array.from(bias, (constant, c) => constant + tagger.scale * (sums[c] ?? 0))
  softmax(p)
  const expected = new Float64Array(models)
  for (let c = 0; c < p.length; c++) {
    for (let j = 0; j < models; j++) {
      expected[j] = (expected[j] ?? 0) + (p[c] ?? 0) * (qualities[c * models + j] ?? 0)
    }
  }
  return expected
}
