/**
 * Encoder: how a query is seen by estimators. Features are plain arrays so that they cross workers and files unchanged.
 */
import type { EmbeddingSpec } from './embedder.ts'
import type { Query } from './query.ts'

/** What identifies an encoder for good: an artifact trained with one loads only with an equal one. */
export interface EncoderSpec {
  readonly name: string
  readonly version: number
  /** Number of hash buckets of the sparse part. */
  readonly buckets: number
  /** End (exclusive) of each channel of buckets, ascending; the last is `buckets`. Channels are normalised apart. */
  readonly channels: readonly number[]
  /** Names of the dense surface features, in order. */
  readonly surface: readonly string[]
  /** Whose vectors travel with the features. Absent: none. */
  readonly embedding?: EmbeddingSpec
}

export interface Features {
  /** Bucket ids, each once, in first-seen order, each < spec.buckets. */
  readonly indices: Uint32Array
  /** Value of each bucket, same length as indices: damped counts, before any weighting learned from data. */
  readonly values: Float32Array
  /** One number per spec.surface, same order, roughly in [0, 1]. */
  readonly surface: Float32Array
  /** True when the text was sampled (head, middle, tail) because it passed the documented size. */
  readonly truncated: boolean
  /** The embedder's vector of the query, as it came. Absent: none was made. */
  readonly embedding?: Float32Array
}

export interface Encoder {
  readonly spec: EncoderSpec
  /** Pure: equal queries give equal features. */
  encode(query: Query): Features
}
