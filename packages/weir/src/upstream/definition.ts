/**
 * Upstream model: where one model lives and what it costs. A provider is data, not code: an OpenAI-compatible base URL,
 * the name it knows the model by, and a key. Nothing in a request can change any of it.
 */
import type { Candidate } from '@weir/core'
import type { Secret } from '../config/secret.ts'
import type { DialectName } from '../dialect/hub.ts'
import type { ProviderName } from './providers.ts'
import type { BreakerOptions, HedgeOptions, RetryOptions } from './faults.ts'

/** Where a model can be called. */
export interface UpstreamPlace {
  /** http(s) URL with or without its version segment, no credentials, query or fragment. */
  readonly baseUrl: string
  /** Default 'openai-compatible'. */
  readonly provider?: ProviderName
  /** Form of its requests and answers; the same at all places of a model. Default: the provider's. */
  readonly dialect?: DialectName
  /** Azure's dated API; absent: its /openai/v1. */
  readonly apiVersion?: string
  /** AWS region, needed for Bedrock's signature. */
  readonly region?: string
  /** AWS credentials; absent: `apiKey` is sent as a bearer key. */
  readonly aws?: AwsCredentials
  /** Name sent upstream. Default: `model`. */
  readonly upstreamModel?: string
  /** The operator's key. Absent: the caller's Authorization header is forwarded to this upstream. */
  readonly apiKey?: Secret
  /** Several keys, used in turn; one that is refused or has spent its limit rests. Goes before `apiKey`. */
  readonly apiKeys?: readonly Secret[]
  /** Share of the model's work that it should take beside its other upstreams, above 0. Default 1. */
  readonly weight?: number
  /** True when the name in `baseUrl` may stand for an address of a private network. Default false. */
  readonly allowPrivate?: boolean
}

export interface UpstreamModel extends Candidate, UpstreamPlace {
  /** All places of a model that has several; the fields above are then those of the first. */
  readonly upstreams?: readonly UpstreamPlace[]
  /** This model's own limits, over those of the configuration. */
  readonly timeouts?: Partial<Timeouts>
  readonly retry?: Partial<RetryOptions>
  readonly breaker?: Partial<BreakerOptions>
  readonly hedge?: Partial<HedgeOptions>
  /** Sent where a provider needs a limit and the caller set none. Default: by the model's family, see dialect/claude-traits.ts. */
  readonly maxOutputTokens?: number
  /** Members of a chat request that this model refuses, besides its provider's. */
  readonly omits?: readonly string[]
  /** True when it can give the log-probabilities of its tokens. Default false: unknown is not there. */
  readonly logprobs?: boolean
  /** Alternatives per token that it gives, at most. Default 0. */
  readonly topLogprobs?: number
  /** True when it draws several answers in one call (`n`). Default false: one call for each. */
  readonly nativeSamples?: boolean
  /** False when it refuses `stream_options`; the cost of its streams is then unknown where the caller does not ask for usage. Default true. */
  readonly streamUsage?: boolean
}

export interface AwsCredentials {
  readonly accessKeyId: Secret
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
}

/** How long each phase of an upstream call may take. */
export interface Timeouts {
  /** Until the connection stands, name lookup and TLS included, ms. Default 5,000: a healthy one takes under 1 s. */
  readonly connectMs: number
  /** From the request sent to the response head, ms. Default 120,000: a non-streamed answer has its head only when it is complete. */
  readonly firstByteMs: number
  /** Between two pieces of the body, ms. Default 60,000: reasoning models pause for tens of seconds. */
  readonly idleMs: number
  /** One call of a model from beginning to end, retries included, ms. Default 600,000, the official clients' limit: bounds a slow drip. */
  readonly totalMs: number
  /** To the first byte of a streamed answer's body, for each try, ms. Absent: firstByteMs and idleMs alone, since models think for minutes. */
  readonly firstTokenMs?: number | undefined
}

export const DEFAULT_TIMEOUTS: Timeouts = {
  connectMs: 5_000,
  firstByteMs: 120_000,
  idleMs: 60_000,
  totalMs: 600_000,
}
