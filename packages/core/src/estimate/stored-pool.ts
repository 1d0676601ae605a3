/**
 * The pool estimator's parameters as an artifact stores them: packed arrays, text weights by bucket. Lossy by rounding; decisions are made
 * from the stored form only, so that they are the same before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { packArray, packBytes, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { missing, number, numbers, record } from '../contract/stored-fields.ts'
import { placeOf } from '../math/bit-index.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { PoolCosts, PoolParameters } from './pool.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { readRows, readView, toStoredView, type StoredView } from './stored-view.ts'
import { textColumns, type Weighting } from './weighting.ts'

/** Text, table, forest. */
const READERS = 3

export interface StoredPool {
  readonly models: readonly string[]
  readonly view: StoredView
  readonly linear: { readonly weights: PackedArray; readonly biases: PackedArray }
  readonly table: {
    readonly classes: number
    readonly weights: PackedArray
    readonly bias: PackedArray
    readonly qualities: PackedArray
  }
  readonly forest: StoredForest
  readonly qualities: readonly RidgeLogisticFit[]
  readonly costs: { readonly meansUsd: readonly number[]; readonly forest: StoredForest } | null
}

export function toStoredPool({ models, view, readers, qualities, costs }: PoolParameters): StoredPool {
  const { linear, table, forest } = readers
  return {
    models,
    view: toStoredView(view),
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
    qualities,
    costs: costs === null ? null : { meansUsd: costs.meansUsd, forest: toStoredForest(costs.forest) },
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredPool(stored: unknown, spec: EncoderSpec): PoolParameters {
  const root = record(stored, 'pool')
  const models = readModels(root['models'])
  const view = readView(record(root['view'], 'pool.view'), spec)
  const linear = record(root['linear'], 'pool.linear')
  const table = record(root['table'], 'pool.table')
  const spread = unpackArray(linear['weights'], 'pool.linear.weights')
  if (spread.length !== models.length * (spec.buckets + spec.surface.length))
    throw missing('pool.linear.weights')
  const { qualities } = root
  if (!Array.isArray(qualities) || qualities.length !== models.length) throw missing('pool.qualities')
  return {
    models,
    view,
    readers: {
      linear: {
        weights: toColumns(spread, view.weighting, models.length),
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
    },
    qualities: qualities.map(readQuality),
    costs: root['costs'] === null ? null : readCosts(record(root['costs'], 'pool.costs'), models.length),
  }
}

export function readModels(stored: unknown): readonly string[] {
  if (Array.isArray(stored) && stored.length > 0 && stored.every((one) => typeof one === 'string'))
    return stored
  throw missing('pool.models')
}

function readQuality(stored: unknown): RidgeLogisticFit {
  const { weights, bias } = record(stored, 'pool.qualities')
  return { weights: numbers(weights, 'pool.qualities', READERS), bias: number(bias, 'pool.qualities') }
}

function readCosts(stored: Readonly<Record<string, unknown>>, models: number): PoolCosts {
  return {
    meansUsd: numbers(stored['meansUsd'], 'pool.costs.meansUsd', models),
    forest: fromStoredForest(stored['forest'], models),
  }
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
