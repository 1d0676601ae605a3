/** The section `encoder` of weir.yaml: one of `words`, `onnx` and `baseUrl`. Absent: the router reads text alone. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { WeirError } from '@weir/core'
import {
  DEFAULT_BATCH,
  DEFAULT_CACHE_ENTRIES,
  DEFAULT_TIMEOUT_MS,
  type EncoderDefinition,
} from '../encoder/definition.ts'
import { resolveSecret } from './secret.ts'

export interface WrittenEncoder {
  readonly words?: string | undefined
  readonly onnx?: string | undefined
  readonly baseUrl?: string | undefined
  readonly model?: string | undefined
  readonly dimension?: number | undefined
  readonly apiKey?: string | undefined
  readonly batch: number
  readonly timeoutMs: number
  readonly cacheEntries: number
}

export const writtenEncoder: z.ZodType<WrittenEncoder> = z.strictObject({
  /** File of `weir train-encoder`. */
  words: z.string().min(1).optional(),
  /** Folder of an ONNX model with its tokenizer.json. */
  onnx: z.string().min(1).optional(),
  /** Of an upstream with /v1/embeddings; needs `model`. */
  baseUrl: z.string().min(1).optional(),
  model: z.string().min(1).optional(),
  /** Asked for as `dimensions`. Absent: what the model gives by itself. */
  dimension: z.int().gte(1).lte(8192).optional(),
  /** A reference, env:NAME. */
  apiKey: z.string().optional(),
  /** Texts in one call, at most. */
  batch: z.int().gte(1).lte(2048).default(DEFAULT_BATCH),
  /** For one query's vector. */
  timeoutMs: z.int().gte(1).lte(60_000).default(DEFAULT_TIMEOUT_MS),
  /** Texts whose vectors are remembered, at most. */
  cacheEntries: z.int().gte(1).lte(10_000_000).default(DEFAULT_CACHE_ENTRIES),
})

export interface EncoderSource {
  /** Paths are relative to it. */
  readonly folder: string
  /** File, line and key, for messages. */
  readonly place: (key: keyof WrittenEncoder | undefined) => string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Throws `config.value` unless exactly one of `words`, `onnx` and `baseUrl` is given, `config.secret`. */
export function toEncoder(
  { words, onnx, baseUrl, model, dimension, apiKey, batch, ...limits }: WrittenEncoder,
  { folder, place, env }: EncoderSource,
): EncoderDefinition {
  if ([words, onnx, baseUrl].filter((one) => one !== undefined).length !== 1)
    throw new WeirError('config.value', `${place(undefined)} needs exactly one of words, onnx and baseUrl`)
  if (words !== undefined) return { kind: 'words', path: resolve(folder, words), ...limits }
  if (onnx !== undefined) return { kind: 'onnx', path: resolve(folder, onnx), ...limits }
  if (model === undefined) {
    throw new WeirError(
      'config.value',
      `${place(undefined)} needs model, the name that the upstream knows it by`,
    )
  }
  return {
    kind: 'upstream',
    baseUrl: baseUrl ?? '',
    model,
    batch,
    ...limits,
    ...(dimension === undefined ? {} : { dimension }),
    ...(apiKey === undefined
      ? {}
      : { apiKey: resolveSecret({ reference: apiKey, where: place('apiKey'), env }) }),
  }
}
