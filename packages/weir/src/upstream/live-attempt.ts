/** Live attempt: what a call to a model gives, what it is asked with, and the one shape of sending that retry and hedging wrap. */
import type { Attempt, ErrorCode, Reason } from '@weir/core'
import type { DialectName } from '../dialect/hub.ts'
import type { Answer, Refusal } from './answer.ts'
import type { Failure } from './dispatch.ts'

export interface LiveAttempt extends Attempt {
  /** Absent when the attempt has an error. */
  readonly answer?: Answer
  /** Present when the upstream answered with a status that fails over. */
  readonly refusal?: Refusal
  /** performance.now() when the call began, ms. */
  readonly startedAtMs: number
  /** Why this model was called. */
  readonly reason?: Reason
  /** True when the answer is in the caller's own dialect, untouched. Absent: chat. */
  readonly isRaw?: boolean
  /** The answer at a position of `answers`; present when several were drawn. */
  readonly pick?: (position: number) => Answer | undefined
  /** Closes an answer that is still arriving; absent when nothing of it is outstanding. */
  readonly cancel?: () => void
  /** Position of the upstream among the model's. */
  readonly upstream?: number
  /** Every upstream call, in the order they ended, the last one's among them; absent when there was one. */
  readonly tries?: readonly Try[]
  /** What may cure the error; present with it. */
  readonly cure?: Cure
  /** After so long a call may succeed, as the upstream says or its breaker, ms. */
  readonly retryAfterMs?: number
}

/**
 * What may cure a failed call. `repeat`: the same again (no connection, a cut, 429, 5xx). `elsewhere`: another upstream or model, where this one
 * would fail again or take as long (a timeout, a refused key, another format). `key`: the same upstream with another of its keys, at once.
 * `none`: nothing, or nobody waits any more.
 */
export type Cure = 'repeat' | 'elsewhere' | 'key' | 'none'

/** One upstream call of an attempt that took several. */
export interface Try {
  /** Position of the upstream among the model's. */
  readonly upstream: number
  /** What it was: `first`, a `retry` of the same upstream, a `failover` to another, or a `hedge` beside a slow one. */
  readonly move: 'first' | 'retry' | 'failover' | 'hedge'
  /** Absent when it gave the answer. */
  readonly error?: ErrorCode
  /** HTTP status, when it is not 2xx. */
  readonly status?: number
  /** Until its answer or failure, ms. */
  readonly latencyMs: number
  /** Waited before it, ms; absent for none. */
  readonly waitMs?: number
}

/** All upstream calls of an attempt, also where there was one. An answer that could not be read is a failed call. */
export function triesOf(attempt: LiveAttempt): readonly Try[] {
  const { upstream = 0, latencyMs = 0, error, refusal, tries } = attempt
  const last = tries?.at(-1) ?? { upstream, move: 'first' as const, latencyMs }
  if (tries !== undefined && (error === undefined || last.error !== undefined)) return tries
  const failed = error === undefined ? {} : { error: error.code }
  const refused = refusal === undefined ? {} : { status: refusal.status }
  return [...(tries?.slice(0, -1) ?? []), { ...last, ...failed, ...refused }]
}

/** Ties the running call to the caller's connection: when that closes, the call is dropped. */
export interface Lifeline {
  isGone: boolean
  /** performance.now() at which the caller stops waiting, ms. Absent: the model's total limit alone. */
  readonly deadlineAtMs?: number | undefined
  /** Position of the upstream that is called, for a hedge that should go elsewhere. */
  upstream?: number | undefined
  call: { drop(failure?: Failure): void } | undefined
}

export interface Forward {
  /** Path below the model's base URL, for example "/embeddings". */
  readonly endpoint: string
  /** Of the body. */
  readonly contentType: string
}

export interface CallRequest {
  readonly model: string
  readonly body: Buffer
  /** Extra headers of this request, names and values alternating. */
  readonly headers: readonly string[]
  /** The caller's Authorization header; used only for a model without a key of the operator. */
  readonly authorization?: string
  readonly lifeline: Lifeline
  /** Dialect of body and answer where they are the caller's own, untouched: the model's dialect then. Absent: chat. */
  readonly raw?: DialectName
  /** Present when the body goes as it is to another path than the one of answers, and whatever comes back is given. */
  readonly forward?: Forward
  /** performance.now() by which the last byte must have come, where earlier tries have used some of the total limit, ms. */
  readonly untilMs?: number
  /** True when an event stream is asked for: the limit on the first token then applies. */
  readonly wantsStream?: boolean
}

/** Never rejects: a failure is an attempt with `error`. */
export type Send = (request: CallRequest) => Promise<LiveAttempt>
