/**
 * Weighting: features to the weighted sparse rows that the components of the blend read.
 *
 *   x(bucket) = value(bucket) * idf(bucket), then each channel (words, characters) is scaled to length 1
 *
 * idf 0 means "not seen often enough in training": the bucket is dropped before scaling, so that unknown words do not dilute
 * known ones. Surface features follow as further columns, standardised, clipped and scaled to weigh about as much as a channel
 * does. `words` is the same row restricted to the vocabulary: the commonest word buckets, for the components that cost more
 * per entry.
 */
import type { EncoderSpec, Features } from '../contract/features.ts'
import type { SparseRow } from '../math/sparse.ts'

export interface Weighting {
  /**
   * Two numbers per bucket, side by side so that a bucket costs one cache line: its inverse document frequency (0 drops it) and its
   * column in the vocabulary (-1 when it is not in it). Length 2 * buckets.
   */
  readonly buckets: Float32Array
  /** Ends of the channels, from the encoder's spec. */
  readonly channels: readonly number[]
  /** Mean and standard deviation of each surface feature on the training rows. */
  readonly surfaceMean: Float32Array
  readonly surfaceDeviation: Float32Array
  readonly vocabularySize: number
}

export interface Weighted {
  /** Columns 0 … buckets - 1 are text, the rest surface features. */
  readonly text: SparseRow
  /** Columns are vocabulary positions; length at most 1. */
  readonly words: SparseRow
}

/** Weight of one standard deviation of a surface feature: all together then weigh about half as much as a channel. */
const SURFACE_SCALE = 0.1
/** Standardised surface features are clipped here, in standard deviations: one odd prompt must not swing the score. */
const SURFACE_CLIP = 3

/** Number of columns of Weighted.text. */
export function textColumns(spec: EncoderSpec): number {
  return spec.buckets + spec.surface.length
}

export function weigh(features: Features, weighting: Weighting): Weighted {
  const room = features.indices.length + features.surface.length
  const draft: Draft = {
    kept: new Uint32Array(room),
    scaled: new Float32Array(room),
    columns: new Int32Array(room),
    size: 0,
  }
  scaleByFrequency(draft, features, weighting)
  scaleChannels(draft, weighting.channels)
  const words = pickVocabulary(draft)
  appendSurface(draft, features.surface, weighting)
  return {
    text: { indices: draft.kept.subarray(0, draft.size), values: draft.scaled.subarray(0, draft.size) },
    words,
  }
}

/** A row being made: `size` entries of bucket, value and vocabulary column are filled. */
interface Draft {
  readonly kept: Uint32Array
  readonly scaled: Float32Array
  readonly columns: Int32Array
  size: number
}

function scaleByFrequency(draft: Draft, { indices, values }: Features, { buckets }: Weighting): void {
  let size = 0
  for (let k = 0; k < indices.length; k++) {
    const bucket = indices[k] ?? 0
    const idf = buckets[2 * bucket] ?? 0
    if (idf === 0) continue
    draft.kept[size] = bucket
    draft.scaled[size] = (values[k] ?? 0) * idf
    draft.columns[size] = buckets[2 * bucket + 1] ?? -1
    size += 1
  }
  draft.size = size
}

/** Scales each channel to length 1. */
function scaleChannels({ kept, scaled, size }: Draft, channels: readonly number[]): void {
  const squares = new Float64Array(channels.length)
  for (let k = 0; k < size; k++) {
    const channel = channelOf(kept[k] ?? 0, channels)
    squares[channel] = (squares[channel] ?? 0) + (scaled[k] ?? 0) ** 2
  }
  const factors = squares.map((square) => (square > 0 ? 1 / Math.sqrt(square) : 0))
  for (let k = 0; k < size; k++) {
    scaled[k] = (scaled[k] ?? 0) * (factors[channelOf(kept[k] ?? 0, channels)] ?? 0)
  }
}

function pickVocabulary({ columns, scaled, size }: Draft): SparseRow {
  const indices = new Uint32Array(size)
  const values = new Float32Array(size)
  let words = 0
  for (let k = 0; k < size; k++) {
    const column = columns[k] ?? -1
    if (column < 0) continue
    indices[words] = column
    values[words] = scaled[k] ?? 0
    words += 1
  }
  return { indices: indices.slice(0, words), values: values.slice(0, words) }
}

function channelOf(bucket: number, channels: readonly number[]): number {
  let channel = 0
  while (bucket >= (channels[channel] ?? Number.POSITIVE_INFINITY)) channel += 1
  return channel
}

function appendSurface(
  draft: Draft,
  surface: Float32Array,
  { buckets, surfaceMean, surfaceDeviation }: Weighting,
): void {
  const firstColumn = buckets.length / 2
  for (let j = 0; j < surface.length; j++) {
    const deviation = surfaceDeviation[j] ?? 0
    if (deviation === 0) continue
    const z = ((surface[j] ?? 0) - (surfaceMean[j] ?? 0)) / deviation
    draft.kept[draft.size] = firstColumn + j
    draft.scaled[draft.size] = SURFACE_SCALE * Math.max(-SURFACE_CLIP, Math.min(SURFACE_CLIP, z))
    draft.size += 1
  }
}

/** The weighting's table of buckets from its two columns. */
export function joinBuckets(idf: Float32Array, vocabulary: ArrayLike<number>): Float32Array {
  const buckets = new Float32Array(2 * idf.length).fill(-1)
  idf.forEach((value, bucket) => {
    buckets[2 * bucket] = value
  })
  for (let column = 0; column < vocabulary.length; column++)
    buckets[2 * (vocabulary[column] ?? 0) + 1] = column
  return buckets
}
