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
import type { Features } from '../contract/features.ts'
import { createBitIndex, placeOf, type BitIndex } from '../math/bit-index.ts'
import type { SparseRow } from '../math/sparse.ts'

export interface Weighting {
  /** The kept buckets, in ascending order the columns of Weighted.text. */
  readonly index: BitIndex
  /**
   * Two numbers per kept bucket, side by side so that it costs one cache line: its inverse document frequency and its column in the
   * vocabulary (-1 when it is not in it).
   */
  readonly columns: Float32Array
  /** Ends of the channels, from the encoder's spec. */
  readonly channels: readonly number[]
  /** Mean and standard deviation of each surface feature on the training rows. */
  readonly surfaceMean: Float32Array
  readonly surfaceDeviation: Float32Array
  readonly vocabularySize: number
}

export interface Weighted {
  /** Columns 0 … kept buckets - 1 are text, the rest surface features. */
  readonly text: SparseRow
  /** Columns are vocabulary positions; length at most 1. */
  readonly words: SparseRow
  /** Buckets of the query that training has seen often enough to keep. */
  readonly known: number
}

/** Weight of one standard deviation of a surface feature: all together then weigh about half as much as a channel. */
const SURFACE_SCALE = 0.1
/** Standardised surface features are clipped here, in standard deviations: one odd prompt must not swing the score. */
const SURFACE_CLIP = 3

/** Number of columns of Weighted.text. */
export function textColumns({ index, surfaceMean }: Weighting): number {
  return index.size + surfaceMean.length
}

/** Where `weigh` writes its rows. Used again, it saves a decision new memory; what was written before is then gone. */
export interface WeighRoom {
  kept: Uint32Array
  scaled: Float32Array
  channelOf: Uint8Array
  words: Uint32Array
  wordValues: Float32Array
}

export function createWeighRoom(): WeighRoom {
  return {
    kept: new Uint32Array(),
    scaled: new Float32Array(),
    channelOf: new Uint8Array(),
    words: new Uint32Array(),
    wordValues: new Float32Array(),
  }
}

function widen(room: WeighRoom, entries: number): void {
  if (room.kept.length >= entries) return
  room.kept = new Uint32Array(entries)
  room.scaled = new Float32Array(entries)
  room.channelOf = new Uint8Array(entries)
  room.words = new Uint32Array(entries)
  room.wordValues = new Float32Array(entries)
}

/** The rows are views into `room`. */
export function weigh(
  features: Features,
  weighting: Weighting,
  room: WeighRoom = createWeighRoom(),
): Weighted {
  widen(room, features.indices.length + features.surface.length)
  const size = scaleByFrequency(room, features, weighting)
  scaleChannels(room, size, weighting.channels.length)
  const words = pickVocabulary(room, size, weighting)
  const end = appendSurface(room, size, { surface: features.surface, weighting })
  return {
    text: { indices: room.kept.subarray(0, end), values: room.scaled.subarray(0, end) },
    words: { indices: room.words.subarray(0, words), values: room.wordValues.subarray(0, words) },
    known: size,
  }
}

/** Returns the number of entries kept. */
function scaleByFrequency(
  { kept, scaled, channelOf }: WeighRoom,
  { indices, values }: Features,
  { index, columns, channels }: Weighting,
): number {
  let size = 0
  for (let k = 0; k < indices.length; k++) {
    const bucket = indices[k] ?? 0
    const column = placeOf(index, bucket)
    if (column < 0) continue
    let channel = 0
    while (bucket >= (channels[channel] ?? Number.POSITIVE_INFINITY)) channel += 1
    kept[size] = column
    scaled[size] = (values[k] ?? 0) * (columns[2 * column] ?? 0)
    channelOf[size] = channel
    size += 1
  }
  return size
}

/** Scales each channel to length 1. */
function scaleChannels({ scaled, channelOf }: WeighRoom, size: number, channels: number): void {
  const factors = new Float64Array(channels)
  for (let k = 0; k < size; k++) {
    const value = scaled[k] ?? 0
    const channel = channelOf[k] ?? 0
    factors[channel] = (factors[channel] ?? 0) + value * value
  }
  for (let channel = 0; channel < channels; channel++) {
    const square = factors[channel] ?? 0
    factors[channel] = square > 0 ? 1 / Math.sqrt(square) : 0
  }
  for (let k = 0; k < size; k++) scaled[k] = (scaled[k] ?? 0) * (factors[channelOf[k] ?? 0] ?? 0)
}

/** Returns the number of words. */
function pickVocabulary(
  { kept, scaled, words, wordValues }: WeighRoom,
  size: number,
  { columns }: Weighting,
): number {
  let count = 0
  for (let k = 0; k < size; k++) {
    const word = columns[2 * (kept[k] ?? 0) + 1] ?? -1
    if (word < 0) continue
    words[count] = word
    wordValues[count] = scaled[k] ?? 0
    count += 1
  }
  return count
}

/** Returns the number of entries with them. */
function appendSurface(
  { kept, scaled }: WeighRoom,
  size: number,
  { surface, weighting }: { readonly surface: Float32Array; readonly weighting: Weighting },
): number {
  const { index, surfaceMean, surfaceDeviation } = weighting
  let end = size
  for (let j = 0; j < surface.length; j++) {
    const deviation = surfaceDeviation[j] ?? 0
    if (deviation === 0) continue
    const z = ((surface[j] ?? 0) - (surfaceMean[j] ?? 0)) / deviation
    kept[end] = index.size + j
    scaled[end] = SURFACE_SCALE * Math.max(-SURFACE_CLIP, Math.min(SURFACE_CLIP, z))
    end += 1
  }
  return end
}

/** The weighting's columns from the idf of every bucket (0: not kept) and the buckets of the vocabulary, in its order. */
export function createColumns(
  idf: Float32Array,
  vocabulary: ArrayLike<number>,
): Pick<Weighting, 'index' | 'columns' | 'vocabularySize'> {
  const index = createBitIndex(idf.length, (bucket) => idf[bucket] !== 0)
  const columns = new Float32Array(2 * index.size).fill(-1)
  idf.forEach((value, bucket) => {
    if (value !== 0) columns[2 * placeOf(index, bucket)] = value
  })
  for (let word = 0; word < vocabulary.length; word++) {
    const column = placeOf(index, vocabulary[word] ?? 0)
    if (column >= 0) columns[2 * column + 1] = word
  }
  return { index, columns, vocabularySize: vocabulary.length }
}
