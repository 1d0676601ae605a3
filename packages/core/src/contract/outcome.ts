/**
 * Outcome: one query with what each model made of it; the row of every log and of every data file. On disk it is one JSON
 * object a line (docs/outcomes.md). Unknown keys are ignored on reading.
 */
import type { Decision } from './decision.ts'

/** One of several answers of the same model to the same query. */
export interface Sample {
  /** Quality of this answer. Range [0, 1]. */
  readonly score?: number
  readonly response?: string
}

export interface ModelOutcome {
  /** Quality under the row's metric, higher is better. Range [0, 1]. Absent: not judged (yet). */
  readonly score?: number
  readonly response?: string
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly costUsd?: number
  readonly latencyMs?: number
  readonly samples?: readonly Sample[]
}

/** One message as stored: content is text or OpenAI content parts. */
export interface StoredMessage {
  readonly role: string
  readonly content: unknown
}

export interface Outcome {
  readonly id: string
  readonly dataset?: string
  /** Task type, when the source has one. Trains the tagger; never seen at decision time. */
  readonly category?: string
  /** Name of the quality measure, when the source has one. */
  readonly metric?: string
  /** The query as one user turn. A row has `prompt` or `messages`, or neither when text was not stored. */
  readonly prompt?: string
  readonly messages?: readonly StoredMessage[]
  readonly models: Readonly<Record<string, ModelOutcome>>
  /** Live rows: when (ISO 8601, UTC) and what was decided. */
  readonly servedAt?: string
  readonly decision?: Decision & { readonly id: string }
}
