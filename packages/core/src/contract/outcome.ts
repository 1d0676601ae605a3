/**
 * Outcome: one query with what each model made of it; the row of every log and of every data file. On disk it is one JSON
 * object a line (docs/outcomes.md). Unknown keys are ignored on reading.
 */
import type { Purpose } from './attempt.ts'
import type { Decision } from './decision.ts'
import type { Signals } from './score.ts'

/** One of several answers of the same model to the same query. */
export interface Sample {
  /** Quality of this answer. Range [0, 1]. */
  readonly score?: number
  readonly response?: string
  /** The short final answer, as the row's source extracted it. */
  readonly answer?: string
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
  /** The short final answer (a letter, a number), as the row's source extracted it. */
  readonly answer?: string
  /** True when the source found no final answer in the response. */
  readonly noAnswer?: boolean
  /** Natural log of the probability that the model gave its answer, from its tokens. At most 0. */
  readonly logprob?: number
  /** Probability of the answer's tokens, where the source gives it instead. Range [0, 1]. */
  readonly answerProb?: number
  /** What the model said of its own certainty. Range [0, 1]. */
  readonly confidence?: number
  /** Signals that scorers read when the answer was given, by name (docs/methods/signals.md): a replay sees what was seen live. */
  readonly signals?: Signals
  /** Calls that scorers made to read them, so that a replay counts what was paid live. */
  readonly checks?: readonly RecordedCheck[]
}

/** One call that judged an answer. */
export interface RecordedCheck {
  readonly model: string
  readonly purpose: Purpose
  readonly costUsd?: number
  readonly latencyMs?: number
  /** Upstream calls that it took. Default 1. */
  readonly calls?: number
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
