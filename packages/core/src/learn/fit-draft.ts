/**
 * Learns which queries are worth a draft: at each accept cut-off the draft costs its call and saves the large model's when it is accepted,
 *
 *   draft  <=>  P(accepted at the cut-off | pSmall) * cost(large) >= cost(small)
 *
 * P from the training rows by isotonic regression of acceptance on the ex ante pSmall: route first, then cascade. The cut-offs on pSmall
 * are made to fall as the accept cut-off does, so that the cascade stays one nested family (contract/service-artifact.ts).
 */
import type { CascadeFamily } from '../contract/service-artifact.ts'
import { fitIsotonic } from '../math/isotonic.ts'

export interface DraftRows {
  /** Ex ante and ex post, cross-fitted; one entry per row. */
  readonly pSmall: ArrayLike<number>
  readonly pGoodEnough: ArrayLike<number>
}

/** `accept` descending; `costRatio`: cost(small) / cost(large), or null when unknown: then everything is drafted. O(cuts * rows). */
export function fitDraft(
  { pSmall, pGoodEnough }: DraftRows,
  accept: readonly number[],
  costRatio: number | null,
): CascadeFamily {
  if (costRatio === null) return { accept, draft: accept.map(() => 0) }
  const order = Uint32Array.from(pSmall, (_, row) => row).sort((a, b) => (pSmall[a] ?? 0) - (pSmall[b] ?? 0))
  const weights = Array.from(order, () => 1)
  const draft: number[] = []
  // From lenient to strict, so that each cut-off is at least the one before.
  for (const cut of accept.toReversed()) {
    const accepted = Array.from(order, (row) => ((pGoodEnough[row] ?? 0) >= cut ? 1 : 0))
    const first = fitIsotonic(accepted, weights).findIndex((chance) => chance >= costRatio)
    const least = first < 0 ? 1 : first === 0 ? 0 : (pSmall[order[first] ?? 0] ?? 0)
    draft.push(Math.max(least, draft.at(-1) ?? 0))
  }
  return { accept, draft: draft.reverse() }
}
