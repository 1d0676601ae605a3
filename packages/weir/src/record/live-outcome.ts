/**
 * Live outcome: the row that one served request leaves. It is an Outcome as in docs/outcomes.md, so that `weir outcomes` and
 * `weir train` read it, with the attempts added. A model appears in `models` only when it answered; a failed or interrupted call is
 * in `attempts` alone, where it cannot be mistaken for an answer.
 */
import {
  isRecord,
  type AcceptReason,
  type AttemptVerdict,
  type Decision,
  type ErrorCode,
  type ModelOutcome,
  type Outcome,
  type Purpose,
  type Reason,
  type Signals,
  type StoredMessage,
  type Usage,
} from '@weir/core'
import type { Try } from '../upstream/live-attempt.ts'
import { parseLoosely } from '../upstream/usage.ts'

/** One call as stored, with the parts of its usage that the upstream told. Absent: not known, or does not apply. */
export interface StoredCall extends Usage {
  readonly model: string
  readonly latencyMs: number
  /** Absent when the call gave an answer. */
  readonly error?: ErrorCode
  /** Of all its samples, USD. */
  readonly costUsd?: number
  /** Upstream calls that it took. Default 1. */
  readonly calls?: number
}

/** A call that a scorer made to judge an attempt. */
export interface StoredCheck extends StoredCall {
  readonly purpose: Purpose
}

export interface StoredAttempt extends StoredCall {
  /** Why this model was called. */
  readonly reason?: Reason
  readonly verdict?: AttemptVerdict
  /** HTTP status of the upstream, when it is not 2xx. */
  readonly status?: number
  /** Answers drawn, where there were several, and the position of the best. */
  readonly samples?: number
  readonly best?: number
  /** What scorers read. Absent when nothing was read. */
  readonly signals?: Signals
  /** Null when the answer could not be judged. */
  readonly pGoodEnough?: number | null
  readonly checks?: readonly StoredCheck[]
  /** Upstream calls, in the order they ended; absent when there was one. */
  readonly tries?: readonly Try[]
}

/** What the whole request took and how it ended. */
export interface StoredPath {
  /** Upstream calls, those of scorers among them. */
  readonly calls: number
  /** Of all calls, USD; absent when the cost of one is not known. */
  readonly costUsd?: number
  readonly acceptReason?: AcceptReason
  /** True when an answer was there and the policy declined to give it. */
  readonly abstained?: boolean
  /** The decision that this row re-answers. */
  readonly escalatedFrom?: string
  /** Form in which the caller was answered. Absent: chat. */
  readonly dialect?: 'messages' | 'responses'
  /** Name of the virtual key that asked; never the key. */
  readonly key?: string
  /** True when the answer came from the response cache: nothing was called and nothing was paid. */
  readonly cached?: boolean
}

export interface LiveOutcome extends Outcome, StoredPath {
  readonly servedAt: string
  readonly decision: Decision & { readonly id: string }
  readonly attempts: readonly StoredAttempt[]
}

export interface ServedRequest {
  readonly id: string
  readonly servedAt: Date
  readonly decision: Decision
  readonly attempts: readonly StoredAttempt[]
  /** Models that answered in full, the one that was given first. */
  readonly models: Readonly<Record<string, ModelOutcome>>
  readonly path: StoredPath
  /** Only when text is stored. */
  readonly messages?: readonly StoredMessage[]
}

/** `id` comes first: the store reads it from the start of the row's JSON text. */
export function toLiveOutcome(served: ServedRequest): LiveOutcome {
  const { id, servedAt, decision, attempts, models, path, messages } = served
  return {
    id,
    servedAt: servedAt.toISOString(),
    ...(messages === undefined ? {} : { messages }),
    models,
    decision: { id, ...decision },
    attempts,
    ...path,
  }
}

/** Thousandths of a millisecond are noise on disk. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** Text of the first choice of a chat completion; undefined when it has none (a tool call). */
export function readResponseText(body: unknown): string | undefined {
  const message = firstChoice(body)?.['message']
  return isRecord(message) && typeof message['content'] === 'string' ? message['content'] : undefined
}

/** Text of the first choice of an event stream, its pieces joined; undefined when it has none. */
export function readStreamText(stream: string): string | undefined {
  const pieces: string[] = []
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data:')) continue
    const delta = firstChoice(parseLoosely(line.slice(5)))?.['delta']
    if (isRecord(delta) && typeof delta['content'] === 'string') pieces.push(delta['content'])
  }
  return pieces.length === 0 ? undefined : pieces.join('')
}

/** The choice with index 0; a stream of several choices interleaves them. */
function firstChoice(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const choices = isRecord(body) ? body['choices'] : undefined
  if (!Array.isArray(choices)) return undefined
  return choices.filter(isRecord).find((choice) => (choice['index'] ?? 0) === 0)
}
