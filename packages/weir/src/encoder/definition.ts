/**
 * Where the embedder of a router comes from: word vectors in a file, an ONNX model in a folder, or an upstream that speaks OpenAI's embeddings.
 */
import type { Secret } from '../config/secret.ts'

interface Limits {
  /** For one query's vector while serving, ms. */
  readonly timeoutMs: number
  /** Texts whose vectors are remembered, at most. */
  readonly cacheEntries: number
}

export interface WordsDefinition extends Limits {
  readonly kind: 'words'
  readonly path: string
}

export interface OnnxDefinition extends Limits {
  readonly kind: 'onnx'
  /** Folder with tokenizer.json and the model. */
  readonly path: string
}

export interface UpstreamDefinition extends Limits {
  readonly kind: 'upstream'
  readonly baseUrl: string
  readonly model: string
  /** Asked for as `dimensions`. Absent: what the model gives by itself. */
  readonly dimension?: number
  readonly apiKey?: Secret
  /** Texts in one call, at most. */
  readonly batch: number
}

export type EncoderDefinition = WordsDefinition | OnnxDefinition | UpstreamDefinition

/** A second: far more than any model nearby takes, and a caller still waits for an answer after it. */
export const DEFAULT_TIMEOUT_MS = 1000
/** Some 20 MB of prompts and vectors. */
export const DEFAULT_CACHE_ENTRIES = 4096
/** As many as small servers take at once; OpenAI takes 2,048. */
export const DEFAULT_BATCH = 64
