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
  /** One inverse document frequency per bucket; 0 drops the bucket. */
  readonly idf: Float32Array
  /** Ends of the channels, from the encoder's spec. */
  readonly channels: readonly number[]
  /** Mean and standard deviation of each surface feature on the training rows. */
  readonly surfaceMean: Float32Array
  readonly surfaceDeviation: Float32Array
  /** Column of each bucket in the vocabulary, -1 when it is not in it; length buckets. */
  readonly vocabularyColumn: Int32Array
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
  const rows: Draft = { kept: new Uint32Array(room), scaled: new Float32Array(room), size: 0 }
  scaleByFrequency(rows, features, weighting)
  scaleChannels(rows, weighting.channels)
  const words = pickVocabulary(rows, weighting.vocabularyColumn)
  appendSurface(rows, features.surface, weighting)
  return {
    text: { indices: rows.kept.subarray(0, rows.size), values: rows.scaled.subarray(0, rows.size) },
    words,
  }
}

/** A row being made: `size` entries of `kept` (columns) and `scaled` (values) are filled. */
interface Draft {
  readonly kept: Uint32Array
  readonly scaled: Float32Array
  size: number
}

function scaleByFrequency(draft: Draft, { indices, values }: Features, { idf }: Weighting): void {
  for (let k = 0; k < indices.length; k++) {
    const bucket = indices[k] ?? 0
    const x = (values[k] ?? 0) * (idf[bucket] ?? 0)
    if (x === 0) continue
    draft.kept[draft.size] = bucket
    draft.scaled[draft.size] = x
    draft.size += 1
  }
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

function pickVocabulary({ kept, scaled, size }: Draft, vocabularyColumn: Int32Array): SparseRow {
  const indices = new Uint32Array(size)
  const values = new Float32Array(size)
  let words = 0
  for (let k = 0; k < size; k++) {
    const column = vocabularyColumn[kept[k] ?? 0] ?? -1
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
  { idf, surfaceMean, surfaceDeviation }: Weighting,
): void {
  for (let j = 0; j < surface.length; j++) {
    const deviation = surfaceDeviation[j] ?? 0
    if (deviation === 0) continue
    const z = ((surface[j] ?? 0) - (surfaceMean[j] ?? 0)) / deviation
    draft.kept[draft.size] = idf.length + j
    draft.scaled[draft.size] = SURFACE_SCALE * Math.max(-SURFACE_CLIP, Math.min(SURFACE_CLIP, z))
    draft.size += 1
  }
}
