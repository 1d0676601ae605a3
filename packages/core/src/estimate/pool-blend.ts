/**
 * The blend for a pool: three readers look at the text and say of each model how good its answer will be. As components.ts for a pair; the text is
 * seen once and read for all models together.
 *
 *   text     log-odds, linear in the text
 *   table    expected quality under the tagger's probabilities over task types
 *   forest   expected quality by trees over the text's main directions and the surface features
 */
import { packArray, packBytes, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { number, record } from '../contract/stored-fields.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { softmax } from '../math/softmax-regression.ts'
import type { SparseRow } from '../math/sparse.ts'
import type { Seen } from './components.ts'
import {
  fromStoredLinear,
  readLinear,
  toStoredLinear,
  type PoolLinear,
  type StoredLinear,
} from './pool-linear.ts'
import type { PoolShape, PredictorKind } from './predictor.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { readRows } from './stored-view.ts'

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
  const text = readLinear(linear, seen)
  const types = predictTable(table, seen.words, text.length)
  const trees = predictForest(forest, seen.dense, 0)
  return Array.from(text, (odds, j) => [odds, types[j] ?? 0, trees[j] ?? 0])
}

/** Probabilities of the task types. */
export function readTags(
  { tagger, bias }: Pick<PoolTable, 'tagger' | 'bias'>,
  words: SparseRow,
): Float64Array {
  const sums = kernelOf(tagger).sum(words)
  const p = Float64Array.from(bias, (constant, c) => constant + tagger.scale * (sums[c] ?? 0))
  softmax(p)
  return p
}

/** Expected quality, one per model. */
export function predictTable(
  { tagger, bias, qualities }: PoolTable,
  words: SparseRow,
  models: number,
): Float64Array {
  const p = readTags({ tagger, bias }, words)
  const expected = new Float64Array(models)
  for (let c = 0; c < p.length; c++) {
    for (let j = 0; j < models; j++) {
      expected[j] = (expected[j] ?? 0) + (p[c] ?? 0) * (qualities[c * models + j] ?? 0)
    }
  }
  return expected
}

export interface StoredPoolReaders {
  readonly linear: StoredLinear
  readonly table: {
    readonly classes: number
    readonly weights: PackedArray
    readonly bias: PackedArray
    readonly qualities: PackedArray
  }
  readonly forest: StoredForest
}

export function toStoredReaders({ linear, table, forest }: PoolReaders, shape: PoolShape): StoredPoolReaders {
  return {
    linear: toStoredLinear(linear, shape),
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
export function fromStoredReaders(stored: unknown, shape: PoolShape): PoolReaders {
  const root = record(stored, 'pool')
  const table = record(root['table'], 'pool.table')
  return {
    linear: fromStoredLinear(root['linear'], shape),
    table: {
      tagger: readRows(
        table['weights'],
        'pool.table.weights',
        number(table['classes'], 'pool.table.classes'),
      ),
      bias: unpackArray(table['bias'], 'pool.table.bias'),
      qualities: unpackArray(table['qualities'], 'pool.table.qualities'),
    },
    forest: fromStoredForest(root['forest'], shape.models.length),
  }
}

export const blend: PredictorKind = {
  name: 'blend',
  create: (parameters) => ({ read: (seen) => readPool(parameters as PoolReaders, seen) }),
  toStored: (parameters, shape) => toStoredReaders(parameters as PoolReaders, shape),
  fromStored: fromStoredReaders,
}
