/**
 * The written configuration: the shape of weir.yaml, exactly. Unknown keys are errors. Every default stands here with its unit and
 * reason; docs/config.md shows them, and a test holds the two together.
 */
import { z } from 'zod'
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_QUALITY } from '../gateway/start.ts'
import { DEFAULT_TIMEOUTS } from '../upstream/definition.ts'

export interface WrittenModel {
  readonly baseUrl: string
  readonly apiKey?: string | undefined
  readonly upstreamModel?: string | undefined
  readonly inputUsdPerMTok?: number | undefined
  readonly outputUsdPerMTok?: number | undefined
  readonly images: boolean
  readonly tools: boolean
}

/** After checking: defaults are filled in, references are still text. */
export interface WrittenConfig {
  readonly listen: { readonly host: string; readonly port: number }
  readonly artifact?: string | undefined
  readonly quality: number
  readonly mode: 'promise' | 'estimate'
  readonly onUnfamiliar: 'large' | 'score'
  readonly onEstimatorFailure: 'small' | 'large'
  readonly models: Readonly<Record<string, WrittenModel>>
  readonly small?: string | undefined
  readonly large?: string | undefined
  readonly timeouts: { readonly connectMs: number; readonly firstByteMs: number; readonly idleMs: number }
  readonly record?: { readonly path: string; readonly storeText: boolean } | undefined
  readonly maxBodyBytes: number
}

const level = z.number().gt(0).lte(1)
const milliseconds = z.int().gte(1).lte(3_600_000)
const price = z.number().gte(0)

const model = z.strictObject({
  /** With or without /v1. */
  baseUrl: z.string(),
  /** A reference, env:NAME. Absent: the caller's Authorization header is forwarded. */
  apiKey: z.string().optional(),
  /** Default: the name that the model has here. */
  upstreamModel: z.string().min(1).optional(),
  /** USD per million tokens. Absent means unknown, never free. */
  inputUsdPerMTok: price.optional(),
  outputUsdPerMTok: price.optional(),
  /** False when the model cannot read images. Default true: unknown means allowed, the upstream will say. */
  images: z.boolean().default(true),
  tools: z.boolean().default(true),
})

export const writtenConfig: z.ZodType<WrittenConfig> = z.strictObject({
  listen: z
    .strictObject({
      /** Default: this machine only. Callers are not authenticated, so a wider address is a decision. */
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 takes a free one. Default 4000, as other gateways do. */
      port: z.int().gte(0).lte(65_535).default(4000),
    })
    .prefault({}),
  /** File made by `weir train`. */
  artifact: z.string().min(1).optional(),
  /** Level for plain `weir`. */
  quality: level.default(DEFAULT_QUALITY),
  /** Of levels that a request names no mode for. Default promise: a level that is not provable goes to the large model. */
  mode: z.enum(['promise', 'estimate']).default('promise'),
  /** What happens to a query unlike the training rows. Default large: promises are proven for that. */
  onUnfamiliar: z.enum(['large', 'score']).default('large'),
  /** Where a query goes when the estimator fails. Default large: keeps the quality, costs more. */
  onEstimatorFailure: z.enum(['small', 'large']).default('large'),
  models: z.record(z.string(), model),
  /** Must be the artifact's pair when given. */
  small: z.string().optional(),
  large: z.string().optional(),
  timeouts: z
    .strictObject({
      connectMs: milliseconds.default(DEFAULT_TIMEOUTS.connectMs),
      firstByteMs: milliseconds.default(DEFAULT_TIMEOUTS.firstByteMs),
      idleMs: milliseconds.default(DEFAULT_TIMEOUTS.idleMs),
    })
    .prefault({}),
  /** Absent: nothing is recorded. */
  record: z
    .strictObject({
      path: z.string().min(1),
      /** Keep messages and answers. Default false: prompts are private until somebody decides otherwise. */
      storeText: z.boolean().default(false),
    })
    .optional(),
  maxBodyBytes: z.int().gte(1024).default(DEFAULT_MAX_BODY_BYTES),
})
