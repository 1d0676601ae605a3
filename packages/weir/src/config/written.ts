/**
 * The written configuration: the shape of weir.yaml, exactly. Unknown keys are errors. Every default stands here with its unit and
 * reason; docs/config.md shows them, and a test holds the two together.
 */
import { z } from 'zod'
import { POLICY_NAMES, type PolicyName } from '@weir/core'
import { DEFAULT_MAX_BODY_BYTES, DEFAULT_QUALITY } from '../gateway/start.ts'
import { DEFAULT_ABSTENTION } from '../gateway/abstain.ts'
import { DEFAULT_KEEP_ALIVE_MS } from '../gateway/keep-alive.ts'
import { faultSections, modelFaults, type WrittenFaults, type WrittenModelFaults } from './written-faults.ts'
import type { WrittenPlaces } from './places.ts'
import { DEFAULT_PRICES } from './price-catalogue.ts'
import { abilityShape, providerShape, type WrittenAbilities } from './written-provider.ts'
import { priceShape, type WrittenPrices } from './written-prices.ts'
import { writtenAdmin, writtenAuth, type WrittenAdmin, type WrittenAuth } from './written-access.ts'
import { writtenMetrics, type WrittenMetrics } from './written-metrics.ts'
import type { CacheOptions } from '../gateway/response-cache.ts'
import { writtenCache } from './written-cache.ts'
import { writtenEncoder, type WrittenEncoder } from './written-encoder.ts'
import { writtenLog, writtenTelemetry, type WrittenLog, type WrittenTelemetry } from './written-telemetry.ts'
import { writtenSession, type WrittenSession } from './written-session.ts'
import { writtenRecord, type WrittenRecord } from './written-record.ts'
import { writtenScorers, type WrittenScorers } from './written-scorers.ts'

export interface WrittenModel extends WrittenPlaces, WrittenModelFaults, WrittenPrices, WrittenAbilities {
  readonly promptBilled?: 'once' | 'per-sample' | undefined
  readonly images: boolean
  readonly tools: boolean
  readonly logprobs: boolean
  readonly topLogprobs: number
  readonly nativeSamples: boolean
  readonly streamUsage: boolean
}

export interface WrittenCaps {
  readonly calls?: number | undefined
  readonly usd?: number | undefined
  readonly ms?: number | undefined
}

/** After checking: defaults are filled in, references are still text. */
export interface WrittenConfig extends WrittenFaults {
  readonly listen: { readonly host: string; readonly port: number; readonly open: boolean }
  readonly auth?: WrittenAuth | undefined
  readonly admin?: WrittenAdmin | undefined
  readonly artifact?: string | undefined
  readonly quality: number
  readonly mode: 'promise' | 'estimate'
  readonly onUnfamiliar: 'large' | 'score'
  readonly onEstimatorFailure: 'small' | 'large'
  readonly policy: PolicyName
  readonly caps: WrittenCaps
  readonly onScorerFailure: 'escalate' | 'accept'
  readonly scorers: WrittenScorers
  readonly abstain: { readonly status: number; readonly message?: string | undefined }
  readonly keepAliveMs: number
  readonly models: Readonly<Record<string, WrittenModel>>
  readonly prices: string
  readonly small?: string | undefined
  readonly large?: string | undefined
  readonly record?: WrittenRecord | undefined
  readonly session: WrittenSession
  readonly metrics?: WrittenMetrics | undefined
  readonly cache?: CacheOptions | undefined
  readonly encoder?: WrittenEncoder | undefined
  readonly telemetry: WrittenTelemetry
  readonly log: WrittenLog
  readonly maxBodyBytes: number
}

const level = z.number().gt(0).lte(1)
const milliseconds = z.int().gte(1).lte(3_600_000)

const model = z
  .strictObject({
    /** With or without /v1. Needed unless `upstreams` or a provider that has one is given. */
    baseUrl: z.string().optional(),
    /** A reference, env:NAME. Absent: the caller's Authorization header is forwarded. */
    apiKey: z.string().optional(),
    /** Default: the name that the model has here. */
    upstreamModel: z.string().min(1).optional(),
    /** USD per million tokens. Absent means unknown, never free. */
    ...priceShape,
    /** False when the model cannot read images. Default true: unknown means allowed, the upstream will say. */
    images: z.boolean().default(true),
    tools: z.boolean().default(true),
    /** How the prompt of a call for several answers is billed. Absent: as if each answer were a call of its own. */
    promptBilled: z.enum(['once', 'per-sample']).optional(),
    /** True when it gives token log-probabilities. Default false: signals that need them are refused at start. */
    logprobs: z.boolean().default(false),
    /** Alternatives per token, at most. */
    topLogprobs: z.int().gte(0).lte(100).default(0),
    /** True when it draws several answers in one call. Default false: one call for each. */
    nativeSamples: z.boolean().default(false),
    /** False when it refuses stream_options. */
    streamUsage: z.boolean().default(true),
    ...modelFaults,
    ...providerShape,
    ...abilityShape,
  })
  /** Of the published schema; places.ts checks it here, with a message that says more. */
  .meta({ anyOf: [{ required: ['baseUrl'] }, { required: ['provider'] }, { required: ['upstreams'] }] })

export const writtenConfig: z.ZodType<WrittenConfig> = z.strictObject({
  listen: z
    .strictObject({
      /** Default: this machine only. Callers are not authenticated, so a wider address is a decision. */
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 takes a free one. Default 4000, as other gateways do. */
      port: z.int().gte(0).lte(65_535).default(4000),
      /** True: other machines may use the configured keys without one of their own. */
      open: z.boolean().default(false),
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
  /** Of queries that name none. Default route: one call, chosen before any answer. */
  policy: z.enum(POLICY_NAMES).default('route'),
  /** Limits of one request. Absent: none. */
  caps: z
    .strictObject({
      calls: z.int().gte(1).optional(),
      usd: z.number().gt(0).optional(),
      ms: milliseconds.optional(),
    })
    .prefault({}),
  /** What happens to an answer that could not be judged. Default escalate: keeps the quality, costs more. */
  onScorerFailure: z.enum(['escalate', 'accept']).default('escalate'),
  scorers: writtenScorers.prefault({}),
  abstain: z
    .strictObject({
      status: z.int().gte(400).lte(599).default(DEFAULT_ABSTENTION.status),
      message: z.string().min(1).optional(),
    })
    .prefault({}),
  keepAliveMs: z.int().gte(100).lte(3_600_000).default(DEFAULT_KEEP_ALIVE_MS),
  models: z.record(z.string(), model),
  /** Where models that write no price take theirs from. Default: the catalogue of this version. */
  prices: z.string().min(1).default(DEFAULT_PRICES),
  /** Must be the artifact's pair when given. */
  small: z.string().optional(),
  large: z.string().optional(),
  ...faultSections,
  /** Absent: nothing is recorded. */
  record: writtenRecord.optional(),
  auth: writtenAuth.optional(),
  admin: writtenAdmin.optional(),
  session: writtenSession.prefault({}),
  /** Absent: nothing is counted. */
  metrics: writtenMetrics.optional(),
  /** Absent: nothing is cached. */
  cache: writtenCache.optional(),
  /** Absent: the router reads text alone. */
  encoder: writtenEncoder.optional(),
  telemetry: writtenTelemetry.prefault({}),
  log: writtenLog.prefault({}),
  maxBodyBytes: z.int().gte(1024).default(DEFAULT_MAX_BODY_BYTES),
})
