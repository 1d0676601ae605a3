/**
 * The written shape of what is done about failing and slow upstreams: `timeouts`, `retry`, `breaker`, `hedge`, for all models and for one, and
 * the places of a model. Defaults and their reasons stand beside the running types (upstream/faults.ts, upstream/definition.ts).
 */
import { z } from 'zod'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../upstream/definition.ts'
import { providerShape, type WrittenProvider } from './written-provider.ts'
import {
  DEFAULT_BREAKER,
  DEFAULT_HEDGE,
  DEFAULT_RETRY,
  type BreakerOptions,
  type FaultOptions,
  type HedgeOptions,
  type RetryOptions,
} from '../upstream/faults.ts'

export interface WrittenFaults extends FaultOptions {
  readonly timeouts: Timeouts
}

type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined }

/** What one model may state over the sections of the same name. */
export interface WrittenModelFaults {
  readonly timeouts?: Undefinable<Timeouts> | undefined
  readonly retry?: Undefinable<RetryOptions> | undefined
  readonly breaker?: Undefinable<BreakerOptions> | undefined
  readonly hedge?: Undefinable<HedgeOptions> | undefined
}

/** One upstream of a model that has several. */
export interface WrittenPlace extends WrittenProvider {
  /** Absent: the provider's. */
  readonly baseUrl?: string | undefined
  readonly apiKey?: string | undefined
  readonly apiKeys?: readonly string[] | undefined
  readonly upstreamModel?: string | undefined
  readonly weight?: number | undefined
  readonly allowPrivate?: boolean | undefined
}

/** Keys of a model that this file checks. */
interface WrittenModelKeys
  extends WrittenModelFaults, Pick<WrittenPlace, 'apiKeys' | 'weight' | 'allowPrivate'> {
  readonly upstreams?: readonly WrittenPlace[] | undefined
}

const milliseconds = z.int().gte(1).lte(3_600_000)

const timeouts = {
  connectMs: milliseconds,
  firstByteMs: milliseconds,
  idleMs: milliseconds,
  totalMs: milliseconds,
  firstTokenMs: milliseconds,
}
const retry = {
  count: z.int().gte(0).lte(10),
  baseMs: milliseconds,
  maxMs: milliseconds,
  patienceMs: z.int().gte(0).lte(60_000),
}
const breaker = {
  failures: z.int().gte(0).lte(10_000),
  fraction: z.number().gt(0).lte(1),
  windowMs: milliseconds,
  openMs: milliseconds,
  maxOpenMs: milliseconds,
  probes: z.int().gte(1).lte(100),
}
const hedge = {
  fraction: z.number().gte(0).lte(1),
  percentile: z.number().gt(0).lt(1),
  minMs: z.int().gte(0).lte(3_600_000),
}

/** Sections of the whole configuration. */
export const faultSections: { readonly [K in keyof WrittenFaults]: z.ZodType<WrittenFaults[K]> } = {
  timeouts: z
    .strictObject({
      connectMs: timeouts.connectMs.default(DEFAULT_TIMEOUTS.connectMs),
      firstByteMs: timeouts.firstByteMs.default(DEFAULT_TIMEOUTS.firstByteMs),
      idleMs: timeouts.idleMs.default(DEFAULT_TIMEOUTS.idleMs),
      totalMs: timeouts.totalMs.default(DEFAULT_TIMEOUTS.totalMs),
      firstTokenMs: timeouts.firstTokenMs.optional(),
    })
    .prefault({}),
  retry: z
    .strictObject({
      count: retry.count.default(DEFAULT_RETRY.count),
      baseMs: retry.baseMs.default(DEFAULT_RETRY.baseMs),
      maxMs: retry.maxMs.default(DEFAULT_RETRY.maxMs),
      patienceMs: retry.patienceMs.default(DEFAULT_RETRY.patienceMs),
    })
    .prefault({}),
  breaker: z
    .strictObject({
      failures: breaker.failures.default(DEFAULT_BREAKER.failures),
      fraction: breaker.fraction.default(DEFAULT_BREAKER.fraction),
      windowMs: breaker.windowMs.default(DEFAULT_BREAKER.windowMs),
      openMs: breaker.openMs.default(DEFAULT_BREAKER.openMs),
      maxOpenMs: breaker.maxOpenMs.default(DEFAULT_BREAKER.maxOpenMs),
      probes: breaker.probes.default(DEFAULT_BREAKER.probes),
    })
    .prefault({}),
  hedge: z
    .strictObject({
      fraction: hedge.fraction.default(DEFAULT_HEDGE.fraction),
      percentile: hedge.percentile.default(DEFAULT_HEDGE.percentile),
      minMs: hedge.minMs.default(DEFAULT_HEDGE.minMs),
    })
    .prefault({}),
}

const place = {
  /** References, env:NAME. Used in turn. */
  apiKeys: z.array(z.string()).min(1).max(100).optional(),
  weight: z.number().gt(0).lte(1000).optional(),
  allowPrivate: z.boolean().optional(),
}

/** Keys of a model, besides those that say what it can do. */
export const modelFaults: { readonly [K in keyof WrittenModelKeys]-?: z.ZodType<WrittenModelKeys[K]> } = {
  ...place,
  upstreams: z
    .array(
      z.strictObject({
        baseUrl: z.string().optional(),
        apiKey: z.string().optional(),
        upstreamModel: z.string().min(1).optional(),
        ...place,
        ...providerShape,
      }),
    )
    .min(1)
    .max(100)
    .optional(),
  timeouts: z.strictObject(timeouts).partial().optional(),
  retry: z.strictObject(retry).partial().optional(),
  breaker: z.strictObject(breaker).partial().optional(),
  hedge: z.strictObject(hedge).partial().optional(),
}
