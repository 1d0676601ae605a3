/**
 * How text is seen (estimate/components.ts, View), as an artifact stores it: packed arrays by bucket. Lossy by rounding; decisions are
 * made from the stored form only.
 */
import { WeirError } from '../contract/errors.ts'
import type { EncoderSpec } from '../contract/features.ts'
import {
  packArray,
  packBytes,
  unpackArray,
  unpackBytes,
  unpackIntegers,
  type PackedArray,
} from '../contract/packed-array.ts'
import { missing, number } from '../contract/stored-fields.ts'
import { placeOf } from '../math/bit-index.ts'
import type { RowTable } from '../math/row-table.ts'
import type { View } from './components.ts'
import { createColumns, textColumns, type Weighting } from './weighting.ts'

export interface StoredView {
  readonly idf: PackedArray
  readonly surfaceMean: PackedArray
  readonly surfaceDeviation: PackedArray
  /** Buckets of the vocabulary, ascending. */
  readonly vocabulary: PackedArray
  /** Main directions. */
  readonly rank: number
  readonly projection: PackedArray
  /** Length of the embedder's vector. Absent: 0. */
  readonly embedding?: number
}

export function toStoredView({ weighting, projection, rank }: View): StoredView {
  const { idf, vocabulary } = toBuckets(weighting)
  return {
    idf: packArray(idf, 'int8'),
    surfaceMean: packArray(weighting.surfaceMean, 'float32'),
    surfaceDeviation: packArray(weighting.surfaceDeviation, 'float32'),
    vocabulary: packArray(vocabulary, 'int32'),
    rank: projection.width,
    projection: packBytes(projection),
    ...(rank > projection.width ? { embedding: rank - projection.width } : {}),
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function readView(root: Readonly<Record<string, unknown>>, spec: EncoderSpec): View {
  const vocabulary = unpackIntegers(root['vocabulary'], 'vocabulary')
  const idf = unpackArray(root['idf'], 'idf')
  const rank = number(root['rank'], 'rank')
  const projection = readRows(root['projection'], 'projection', rank)
  const embedding = root['embedding'] === undefined ? 0 : number(root['embedding'], 'embedding')
  const isSeen = embedding === 0 || embedding === spec.embedding?.dimension
  if (idf.length !== spec.buckets || projection.bytes.length !== vocabulary.length * rank || !isSeen) {
    throw new WeirError(
      'artifact.truncated',
      `the artifact's idf, projection or embedding does not fit its encoder; train it again`,
    )
  }
  return {
    weighting: {
      ...createColumns(idf, vocabulary),
      channels: spec.channels,
      surfaceMean: unpackArray(root['surfaceMean'], 'surfaceMean'),
      surfaceDeviation: unpackArray(root['surfaceDeviation'], 'surfaceDeviation'),
    },
    projection,
    rank: rank + embedding,
  }
}

export function readRows(stored: unknown, where: string, width: number): RowTable {
  const { bytes, scale } = unpackBytes(stored, where)
  if (bytes.length % width !== 0) throw missing(where)
  return { bytes, width, scale }
}

/** The weighting's columns by bucket: idf (0: not kept), and the vocabulary's buckets in column order. */
function toBuckets({ index, columns, vocabularySize }: Weighting): {
  readonly idf: Float32Array
  readonly vocabulary: Int32Array
} {
  const idf = new Float32Array(index.length)
  const vocabulary = new Int32Array(vocabularySize)
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column < 0) continue
    idf[bucket] = columns[2 * column] ?? 0
    const word = columns[2 * column + 1] ?? -1
    if (word >= 0) vocabulary[word] = bucket
  }
  return { idf, vocabulary }
}

/** Pairs of weights by bucket, then by surface feature, from pairs by column. A bucket that is not kept has 0. */
export function spreadColumns(pairs: Float32Array, { index }: Weighting): Float32Array {
  const surface = pairs.subarray(2 * index.size)
  const spread = new Float32Array(2 * index.length + surface.length)
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) spread.set(pairs.subarray(2 * column, 2 * column + 2), 2 * bucket)
  }
  spread.set(surface, 2 * index.length)
  return spread
}

/** The inverse of spreadColumns. */
export function gatherColumns(spread: Float32Array, weighting: Weighting): Float32Array {
  const { index } = weighting
  const pairs = new Float32Array(2 * textColumns(weighting))
  for (let bucket = 0; bucket < index.length; bucket++) {
    const column = placeOf(index, bucket)
    if (column >= 0) pairs.set(spread.subarray(2 * bucket, 2 * bucket + 2), 2 * column)
  }
  pairs.set(spread.subarray(2 * index.length), 2 * index.size)
  return pairs
}
