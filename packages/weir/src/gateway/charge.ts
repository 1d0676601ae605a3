/**
 * Charge: what a request cost its key, made from its attempts when it has ended. Every call counts: drafts thrown away, samples, calls of
 * scorers, calls that were cut, tries that were followed by another. What the upstream metered is one sum; what calls may have cost whose
 * usage nobody told (aborted, stalled, closed in the middle) is another, by the estimate of one call.
 */
import type { Attempt, ErrorCode } from '@weir/core'
import type { Charge } from '../access/account.ts'
import type { Try } from '../upstream/live-attempt.ts'

export interface ChargeOptions {
  /** What one call of this model may have cost at most, USD; undefined when its price is unknown. */
  readonly mostUsd: (model: string) => number | undefined
  readonly inputTokens: number
  readonly outputTokens: number
}

interface Called extends Attempt {
  /** HTTP status of the upstream, when it is not 2xx. */
  readonly status?: number
  /** Every upstream call of it; absent when there was one. */
  readonly tries?: readonly Try[]
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

const NONE: readonly never[] = []

type Sum = { -readonly [K in keyof Charge]: Charge[K] }

function add(sum: Sum, call: Called, estimate: () => ChargeOptions): void {
  const { model, usage, costUsd, tries } = call
  if (tries !== undefined) addTries(sum, { ...call, tries }, estimate)
  const isUnknown = mayHaveCost(call)
  if (costUsd !== undefined) sum.meteredUsd += costUsd
  else if (isUnknown) sum.estimatedUsd += estimate().mostUsd(model) ?? 0
  if (usage?.inputTokens !== undefined || usage?.outputTokens !== undefined) {
    sum.inputTokens += usage.inputTokens ?? 0
    sum.outputTokens += usage.outputTokens ?? 0
  } else if (isUnknown) addTokens(sum, estimate())
}

/** Tries that failed or were closed before the one that counts as the call itself: each may be billed, and none told for what. */
function addTries(
  sum: Sum,
  { model, error, tries }: Called & { readonly tries: readonly Try[] },
  estimate: () => ChargeOptions,
): void {
  const lost = error === undefined ? tries : tries.slice(0, -1)
  for (const one of lost) {
    if (one.error === undefined || one.status !== undefined || one.latencyMs === 0) continue
    if (!BILLED.has(one.error)) continue
    const most = estimate()
    sum.estimatedUsd += most.mostUsd(model) ?? 0
    addTokens(sum, most)
  }
}

function addTokens(sum: Sum, { inputTokens, outputTokens }: ChargeOptions): void {
  sum.inputTokens += inputTokens
  sum.outputTokens += outputTokens
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
  'upstream.too_slow',
  'upstream.bad_body',
  'limit.time',
  'limit.doubt',
])
