/**
 * Explain: the decision and every attempt as the caller reads them, in the `weir` member of an answer.
 */
import type { Attempt, AttemptVerdict } from '@weir/core'
import { roundMs } from '../record/live-outcome.ts'
import type { LiveAttempt } from '../upstream/client.ts'
import type { LiveServed } from './exchange.ts'
import { totalsOf } from './path-totals.ts'

export interface Explained {
  readonly id: string
  readonly served: LiveServed
  readonly overheadMs: number
}

export function explain({ id, served, overheadMs }: Explained): unknown {
  const { decision, attempts, accepted, verdicts, acceptReason, abstained } = served
  const { calls, costUsd } = totalsOf(attempts)
  return {
    decisionId: id,
    ...decision,
    answeredBy: accepted?.model ?? null,
    acceptReason,
    abstained,
    attempts: attempts.map((attempt, i) => explainAttempt(attempt, verdicts[i])),
    calls,
    costUsd: costUsd ?? null,
    overheadMs: roundMs(overheadMs),
  }
}

/** Null stands for what is not known, or does not apply. */
function explainAttempt(attempt: LiveAttempt, verdict: AttemptVerdict | undefined): unknown {
  const { reason = null, answers, best = null, signals = null } = attempt
  const score = attempt.score ?? { signals, pGoodEnough: null, calls: [] }
  return {
    ...explainCall(attempt),
    reason,
    verdict: verdict ?? null,
    samples: answers?.length ?? null,
    best,
    signals: score.signals,
    pGoodEnough: score.pGoodEnough,
    tries: attempt.tries ?? null,
    checks: score.calls.map((call) => ({ purpose: call.purpose ?? null, ...explainCall(call) })),
  }
}

function explainCall({ model, error, costUsd, latencyMs, usage, calls = 1 }: Attempt): object {
  return {
    model,
    error: error?.code ?? null,
    calls,
    costUsd: costUsd ?? null,
    latencyMs: latencyMs === undefined ? null : roundMs(latencyMs),
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
  }
}
