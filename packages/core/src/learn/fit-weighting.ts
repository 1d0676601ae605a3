/**
 * Learns the weighting of estimate/weighting.ts from training features: idf, surface scale, vocabulary. Looks at no label.
 *
 *   idf(bucket) = 1 + ln((1 + n) / (1 + df)),   df = number of rows with the bucket; 0 when df < MIN_ROWS
 *
 * Source: scikit-learn's smooth idf; MIN_ROWS is ours (a bucket of one row is noise and memory).
 */
import type { EncoderSpec, Features } from '../contract/features.ts'
import { createColumns, type Weighting } from '../estimate/weighting.ts'

/** Rows a bucket must occur in to be kept. */
export const MIN_ROWS = 2
/** Most buckets of the first channel (words) that the vocabulary holds. Bounds the tagger: vocabulary x classes weights. */
const MAX_VOCABULARY = 16_384

export function fitWeighting(features: readonly Features[], spec: EncoderSpec): Weighting {
  const frequency = new Float64Array(spec.buckets)
  for (const { indices } of features) {
    for (const bucket of indices) frequency[bucket] = (frequency[bucket] ?? 0) + 1
  }
  const idf = new Float32Array(spec.buckets)
  for (let bucket = 0; bucket < spec.buckets; bucket++) {
    const df = frequency[bucket] ?? 0
    if (df >= MIN_ROWS) idf[bucket] = 1 + Math.log((1 + features.length) / (1 + df))
  }
  const vocabulary = selectVocabulary(frequency, spec)
  return {
    ...createColumns(idf, vocabulary),
    channels: spec.channels,
    ...fitSurface(features, spec),
  }
}

/** The commonest buckets of the first channel; ties go to the lower bucket, so that the choice is the same everywhere. */
function selectVocabulary(frequency: Float64Array, spec: EncoderSpec): number[] {
  const wordBuckets = Array.from({ length: spec.channels[0] ?? 0 }, (_, bucket) => bucket)
  const df = (bucket: number): number => frequency[bucket] ?? 0
  return wordBuckets
    .filter((bucket) => df(bucket) >= MIN_ROWS)
    .sort((a, b) => df(b) - df(a) || a - b)
    .slice(0, MAX_VOCABULARY)
    .sort((a, b) => a - b)
}

function fitSurface(
  features: readonly Features[],
  spec: EncoderSpec,
): Pick<Weighting, 'surfaceMean' | 'surfaceDeviation'> {
  const surfaceMean = new Float32Array(spec.surface.length)
  const surfaceDeviation = new Float32Array(spec.surface.length)
  for (let j = 0; j < spec.surface.length; j++) {
    const values = features.map(({ surface }) => surface[j] ?? 0)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    surfaceMean[j] = mean
    surfaceDeviation[j] = variance > 1e-12 ? Math.sqrt(variance) : 0
  }
  return { surfaceMean, surfaceDeviation }
}
