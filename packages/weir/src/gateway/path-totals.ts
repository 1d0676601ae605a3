/**
 * Path totals: what a request took altogether, every rejected attempt, sample and check among it. A cost is known only when that of every
 * call is; what a call that failed without usage cost cannot be known and counts as nothing.
 */
import type { Attempt } from '@weir/core'

export interface PathTotals {
  /** Upstream calls made, those of scorers among them. */
  readonly calls: number
  /** Undefined when the cost of a call is not known. */
  readonly costUsd: number | undefined
}

export function totalsOf(attempts: readonly Attempt[]): PathTotals {
  let calls = 0
  let costUsd: number | undefined = 0
  for (const attempt of attempts.flatMap((one) => [one, ...(one.score?.calls ?? [])])) {
    calls += attempt.calls ?? 1
    const isUnbilled = attempt.error !== undefined && attempt.usage === undefined
    const cost = isUnbilled ? 0 : attempt.costUsd
    costUsd = costUsd === undefined || cost === undefined ? undefined : costUsd + cost
  }
  return { calls, costUsd }
}
