/**
 * Charge: what a request cost its key, made from its attempts when it has ended. Every call counts: drafts thrown away, samples, calls of
 * scorers, calls that were cut. What the upstream metered is one sum; what calls may have cost whose usage nobody told (aborted, stalled,
 * closed in the middle) is another, by the estimate that was reserved for them.
 */
import type { Attempt, ErrorCode } from '@weir/core'
import type { Charge } from '../access/account.ts'

export interface ChargeOptions {
  /** What one call of this model may have cost at most, USD; undefined when its price is unknown. */
  readonly mostUsd: (model: string) => number | undefined
  readonly inputTokens: number
  readonly outputTokens: number
}

interface Called extends Attempt {
  /** HTTP status of the upstream, when it is not 2xx. */
  readonly status?: number
}

/** `estimate` is asked only when a call told no usage: nearly all do. */
export function chargeOf(attempts: readonly Called[], estimate: () => ChargeOptions): Charge {
  const sum = { meteredUsd: 0, estimatedUsd: 0, inputTokens: 0, outputTokens: 0 }
  for (const attempt of attempts) {
    add(sum, attempt, estimate)
    for (const check of attempt.score?.calls ?? NONE) add(sum, check, estimate)
  }
  return sum
}

const NONE: readonly Attempt[] = []

type Sum = { -readonly [K in keyof Charge]: Charge[K] }

function add(sum: Sum, call: Called, estimate: () => ChargeOptions): void {
  const { usage, costUsd } = call
  if (costUsd !== undefined) sum.meteredUsd += costUsd
  else if (mayHaveCost(call)) sum.estimatedUsd += estimate().mostUsd(call.model) ?? 0
  if (usage?.inputTokens !== undefined || usage?.outputTokens !== undefined) {
    sum.inputTokens += usage.inputTokens ?? 0
    sum.outputTokens += usage.outputTokens ?? 0
  } else if (mayHaveCost(call)) {
    const { inputTokens, outputTokens } = estimate()
    sum.inputTokens += inputTokens
    sum.outputTokens += outputTokens
  }
}

/** A request that no model began to answer cost nothing: no connection, a refusal, an error status. */
function mayHaveCost({ error, calls = 1, latencyMs, status, purpose }: Called): boolean {
  if (calls === 0 || status !== undefined || purpose === 'external') return false
  if (error === undefined) return true
  return BILLED.has(error.code) && latencyMs !== 0
}

/** The upstream had the request, and may bill what it did of it. */
const BILLED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'request.aborted',
  'upstream.first_byte',
  'upstream.stalled',
  'upstream.bad_body',
  'limit.time',
  'limit.doubt',
])
