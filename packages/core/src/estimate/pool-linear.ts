/**
 * Linear readers of a pool: of every model the log-odds of its quality, linear in the weighted text and the surface features.
 *
 *   odds_j = bias_j + weights_j . text
 */
import { packArray, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { missing, record } from '../contract/stored-fields.ts'
import { placeOf } from '../math/bit-index.ts'
import { dotSparseColumns } from '../math/sparse.ts'
import type { Seen } from './components.ts'
import type { PoolShape } from './predictor.ts'
import { textColumns, type Weighting } from './weighting.ts'

export interface PoolLinear {
  /** Columns of Weighted.text x models, row-major. */
  readonly weights: Float32Array
  /** One per model. */
  readonly biases: Float32Array
}

/** Log-odds, one per model. */
export function readLinear({ weights, biases }: PoolLinear, { text }: Pick<Seen, 'text'>): Float64Array {
  return dotSparseColumns(text, weights, biases)
}

export interface StoredLinear {
  readonly weights: PackedArray
  readonly biases: PackedArray
}

/** Text weights by bucket, rounded to 16 bits: decisions are made from the stored form only. */
export function toStoredLinear(
  { weights, biases }: PoolLinear,
  { models, view }: Pick<PoolShape, 'models' | 'view'>,
): StoredLinear {
  return {
    weights: packArray(toBuckets(weights, view.weighting, models.length), 'int16'),
    biases: packArray(biases, 'float32'),
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredLinear(
  stored: unknown,
  { models, view }: Pick<PoolShape, 'models' | 'view'>,
): PoolLinear {
  const linear = record(stored, 'pool.linear')
  const { weighting } = view
  const spread = unpackArray(linear['weights'], 'pool.linear.weights')
  if (spread.length !== models.length * (weighting.index.length + weighting.surfaceMean.length))
    throw missing('pool.linear.weights')
  return {
    weights: toColumns(spread, weighting, models.length),
    biases: unpackArray(linear['biases'], 'pool.linear.biases'),
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
