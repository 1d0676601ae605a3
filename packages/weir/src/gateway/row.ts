/**
 * Row: what a served request leaves in the outcome store, made from its attempts and from how the last of them ended.
 */
import type { Decision, ErrorCode, StoredMessage, Usage } from '@weir/core'
import { roundMs, toLiveOutcome, type LiveOutcome, type StoredAttempt } from '../record/live-outcome.ts'
import type { LiveAttempt } from '../upstream/client.ts'

/** How the attempt that was sent to the caller ended. A stream ends long after its attempt was accepted. */
export interface Ending {
  readonly latencyMs: number
  readonly usage: Usage | undefined
  /** What broke it off after the commit point. */
  readonly error?: ErrorCode | undefined
  /** HTTP status of the upstream when it is not 2xx. */
  readonly status?: number | undefined
  /** The answer's text, when it is stored. */
  readonly text: string | undefined
}

export interface RowParts {
  readonly id: string
  readonly servedAt: Date
  readonly decision: Decision
  readonly attempts: readonly LiveAttempt[]
  /** Undefined when nothing of an upstream was sent. */
  readonly ending: Ending | undefined
  /** Metered cost of the answer; undefined when a price or a count is unknown. */
  readonly costUsd: number | undefined
  /** Undefined when text is not stored. */
  readonly messages: readonly StoredMessage[] | undefined
}

export function toRow({
  id,
  servedAt,
  decision,
  ending,
  costUsd,
  messages,
  ...parts
}: RowParts): LiveOutcome {
  const attempts = withoutUnmade(parts.attempts)
  const last = attempts.at(-1)
  const stored = attempts.map((attempt) => toStored(attempt, attempt === last ? ending : undefined))
  const isAnswered = ending !== undefined && ending.error === undefined && ending.status === undefined
  return toLiveOutcome({
    id,
    servedAt,
    decision,
    attempts: stored,
    ...(isAnswered && last !== undefined ? { answered: { model: last.model, costUsd, ...ending } } : {}),
    ...(messages === undefined ? {} : { messages }),
  })
}

/** After the caller is gone the policy still asks for the other model and is told the same: that second entry was no call. */
function withoutUnmade(attempts: readonly LiveAttempt[]): readonly LiveAttempt[] {
  const aborted = attempts.findIndex(({ error }) => error?.code === 'request.aborted')
  return aborted < 0 ? attempts : attempts.slice(0, aborted + 1)
}

function toStored(attempt: LiveAttempt, ending: Ending | undefined): StoredAttempt {
  const code = ending?.error ?? attempt.error?.code
  const status = ending?.status ?? attempt.refusal?.status
  return {
    model: attempt.model,
    latencyMs: roundMs(ending?.latencyMs ?? attempt.latencyMs ?? 0),
    ...(code === undefined ? {} : { error: code }),
    ...(status === undefined ? {} : { status }),
  }
}
