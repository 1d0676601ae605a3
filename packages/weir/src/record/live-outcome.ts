/**
 * Live outcome: the row that one served request leaves. It is an Outcome as in docs/outcomes.md, so that `weir outcomes` and
 * `weir train` read it, with the attempts added. A model appears in `models` only when it answered in full; a failed or
 * interrupted call is in `attempts` alone, where it cannot be mistaken for an answer.
 */
import {
  isRecord,
  type Decision,
  type ErrorCode,
  type ModelOutcome,
  type Outcome,
  type StoredMessage,
  type Usage,
} from '@weir/core'
import { parseLoosely } from '../upstream/usage.ts'

export interface StoredAttempt {
  readonly model: string
  readonly latencyMs: number
  /** Absent when the call gave an answer. */
  readonly error?: ErrorCode
  /** HTTP status of the upstream, when it is not 2xx. */
  readonly status?: number
}

export interface LiveOutcome extends Outcome {
  readonly servedAt: string
  readonly decision: Decision & { readonly id: string }
  readonly attempts: readonly StoredAttempt[]
}

export interface ServedRequest {
  readonly id: string
  readonly servedAt: Date
  readonly decision: Decision
  readonly attempts: readonly StoredAttempt[]
  /** The model that answered in full, if one did. */
  readonly answered?: {
    readonly model: string
    readonly usage: Usage | undefined
    readonly costUsd: number | undefined
    readonly latencyMs: number
    /** Undefined unless text is stored. */
    readonly text: string | undefined
  }
  /** Only when text is stored. */
  readonly messages?: readonly StoredMessage[]
}

/** `id` comes first: the store reads it from the start of the row's JSON text. */
export function toLiveOutcome(served: ServedRequest): LiveOutcome {
  const { id, servedAt, decision, attempts, answered, messages } = served
  return {
    id,
    servedAt: servedAt.toISOString(),
    ...(messages === undefined ? {} : { messages }),
    models: answered === undefined ? {} : { [answered.model]: toModelOutcome(answered) },
    decision: { id, ...decision },
    attempts,
  }
}

function toModelOutcome(answered: NonNullable<ServedRequest['answered']>): ModelOutcome {
  const { usage, costUsd, latencyMs, text } = answered
  return {
    ...usage,
    ...(costUsd === undefined ? {} : { costUsd }),
    latencyMs: roundMs(latencyMs),
    ...(text === undefined ? {} : { response: text }),
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
