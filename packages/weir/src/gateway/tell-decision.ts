/**
 * Tell decision: what a caller is told of how its answer came about, in headers, or in a comment where the head was sent before.
 */
import type { LiveAttempt } from '../upstream/client.ts'
import { addIds, type Exchange, type LiveServed } from './exchange.ts'
import { countTries } from './failure.ts'
import { addDecisionHeaders } from './headers.ts'
import { totalsOf } from './path-totals.ts'

/** Returns our own time so far: since the request was read, minus the waiting for upstreams. */
export function addDecision(headers: string[], exchange: Exchange, served: LiveServed): number {
  const { id, startedAtMs, policy, calls, request } = exchange
  const { decision, attempts, accepted, acceptReason, abstained } = served
  const waitedMs = calls === undefined ? sumLatencies(attempts) : calls.waitedMs
  const latencyMs = performance.now() - startedAtMs
  const overheadMs = Math.max(0, latencyMs - waitedMs)
  const told = accepted ?? attempts.at(-1)
  const totals = calls === undefined ? undefined : totalsOf(attempts)
  exchange.headMs = latencyMs
  exchange.overheadMs = overheadMs
  addIds(headers, id, request.dialect)
  exchange.grant?.addHeaders(headers)
  addDecisionHeaders(headers, {
    id,
    decision,
    policy,
    model: told?.model ?? decision.model,
    reason: told?.reason ?? decision.reason,
    acceptReason,
    abstained,
    attempts: attempts.length,
    overheadMs,
    tries: countTries(attempts),
    ...(totals === undefined ? {} : { totals, latencyMs }),
  })
  return overheadMs
}

function sumLatencies(attempts: readonly LiveAttempt[]): number {
  let sum = 0
  for (const { latencyMs = 0 } of attempts) sum += latencyMs
  return sum
}

/** What the headers would have said, in a comment that clients pass over. Its one line holds no name that could break it: JSON escapes them. */
export function outcomeComment(
  { id }: Exchange,
  { decision, attempts, accepted, acceptReason, abstained }: LiveServed,
): string {
  const { calls, costUsd } = totalsOf(attempts)
  const said = {
    decisionId: id,
    model: accepted?.model ?? null,
    reason: accepted?.reason ?? decision.reason,
    accept: acceptReason,
    abstained,
    attempts: attempts.length,
    calls,
    costUsd: costUsd ?? null,
  }
  return `: weir ${JSON.stringify(said)}\n\n`
}
