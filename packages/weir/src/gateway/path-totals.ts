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
  let totals: PathTotals = { calls: 0, costUsd: 0 }
  for (const attempt of attempts) {
    totals = add(totals, attempt)
    for (const check of attempt.score?.calls ?? NONE) totals = add(totals, check)
  }
  return totals
}

const NONE: readonly Attempt[] = []

function add(totals: PathTotals, { calls = 1, error, usage, costUsd }: Attempt): PathTotals {
  const cost = error !== undefined && usage === undefined ? 0 : costUsd
  const isKnown = totals.costUsd !== undefined && cost !== undefined
  return { calls: totals.calls + calls, costUsd: isKnown ? totals.costUsd + cost : undefined }
}
