/**
 * The blend for a pool: three readers look at the text and say of each model how good its answer will be. As components.ts for a pair; the text is
 * seen once and read for all models together.
 *
 *   text     log-odds, linear in the text
 *   table    expected quality under the tagger's probabilities over task types
 *   forest   expected quality by trees over the text's main directions and the surface features
 */
import { packArray, packBytes, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { missing, number, record } from '../contract/stored-fields.ts'
import { placeOf } from '../math/bit-index.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { softmax } from '../math/softmax-regression.ts'
import { dotSparseColumns, type SparseRow } from '../math/sparse.ts'
import type { Seen } from './components.ts'
import type { PoolShape, PredictorKind } from './predictor.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { readRows } from './stored-view.ts'
import { textColumns, type Weighting } from './weighting.ts'

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

/** What the readers say of every model: text, table, forest, in this order. */
export function readPool({ linear, table, forest }: PoolReaders, seen: Seen): readonly (readonly number[])[] {
  const text = dotSparseColumns(seen.text, linear.weights, linear.biases)
  const types = predictTable(table, seen.words, text.length)
  const trees = predictForest(forest, seen.dense, 0)
  return Array.from(text, (odds, j) => [odds, types[j] ?? 0, trees[j] ?? 0])
}

/** Expected quality, one per model. */
export function predictTable(
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

export interface StoredPoolReaders {
  readonly linear: { readonly weights: PackedArray; readonly biases: PackedArray }
  readonly table: {
    readonly classes: number
    readonly weights: PackedArray
    readonly bias: PackedArray
    readonly qualities: PackedArray
  }
  readonly forest: StoredForest
}

/** Text weights by bucket, rounded to 16 bits: decisions are made from the stored form only. */
export function toStoredReaders(
  { linear, table, forest }: PoolReaders,
  { models, view }: PoolShape,
): StoredPoolReaders {
  return {
    linear: {
      weights: packArray(toBuckets(linear.weights, view.weighting, models.length), 'int16'),
      biases: packArray(linear.biases, 'float32'),
    },
    table: {
      classes: table.tagger.width,
      weights: packBytes(table.tagger),
      bias: packArray(table.bias, 'float32'),
      qualities: packArray(table.qualities, 'float32'),
    },
    forest: toStoredForest(forest),
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredReaders(stored: unknown, { models, view }: PoolShape): PoolReaders {
  const root = record(stored, 'pool')
  const linear = record(root['linear'], 'pool.linear')
  const table = record(root['table'], 'pool.table')
  const { weighting } = view
  const spread = unpackArray(linear['weights'], 'pool.linear.weights')
  if (spread.length !== models.length * (weighting.index.length + weighting.surfaceMean.length))
    throw missing('pool.linear.weights')
  return {
    linear: {
      weights: toColumns(spread, weighting, models.length),
      biases: unpackArray(linear['biases'], 'pool.linear.biases'),
    },
    table: {
      tagger: readRows(
        table['weights'],
        'pool.table.weights',
        number(table['classes'], 'pool.table.classes'),
      ),
      bias: unpackArray(table['bias'], 'pool.table.bias'),
      qualities: unpackArray(table['qualities'], 'pool.table.qualities'),
    },
    forest: fromStoredForest(root['forest'], models.length),
  }
}

export const blend: PredictorKind = {
  name: 'blend',
  create: (parameters) => ({ read: (seen) => readPool(parameters as PoolReaders, seen) }),
  toStored: (parameters, shape) => toStoredReaders(parameters as PoolReaders, shape),
  fromStored: fromStoredReaders,
}

/** Rows of `width` weights by bucket, then by surface feature, from rows by column. A bucket that is not kept has 0. */
function toBuckets(rows: Float32Array, { index }: Weighting, width: number): Float32Array {
  const surface = rows.subarray(width * index.size)
  const spread = new Float32Array(width * index.length + surface.length)
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) spread.set(rows.subarray(width * column, width * (column + 1)), width * bucket)
  }
  spread.set(surface, width * index.length)
  return spread
}

/** The inverse of toBuckets. */
function toColumns(spread: Float32Array, weighting: Weighting, width: number): Float32Array {
  const { index } = weighting
  const rows = new Float32Array(width * textColumns(weighting))
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) rows.set(spread.subarray(width * bucket, width * (bucket + 1)), width * column)
  }
  rows.set(spread.subarray(width * index.length), width * index.size)
  return rows
}
