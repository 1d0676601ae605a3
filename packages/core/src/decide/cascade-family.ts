/**
 * The one-dimensional family of a two-stage cascade (contract/service-artifact.ts). Because its kept sets are nested, each query has one
 * number that says where it changes sides, and everything known about thresholds on a router's score holds for it: curves, promises, levels.
 *
 *   score(pSmall, pGoodEnough) = the strictest accept cut-off at which the query is drafted and its draft accepted
 */
import type { CascadeFamily } from '../contract/service-artifact.ts'

/** Score of a query that no position keeps small. Below any cut-off. */
export const NEVER_KEPT = -1

/** A member of `family.accept`, or NEVER_KEPT. O(log positions). */
export function scoreCascade(
  { accept, draft }: CascadeFamily,
  { pSmall, pGoodEnough }: { readonly pSmall: number; readonly pGoodEnough: number },
): number {
  let low = 0
  let high = accept.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (pGoodEnough >= (accept[middle] ?? 0) && pSmall >= (draft[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return accept[low] ?? NEVER_KEPT
}

/** Draft cut-off that goes with an accept cut-off: that of the strictest position not above it, since an operating point is a position. */
export function draftAt({ accept, draft }: CascadeFamily, threshold: number): number {
  const at = accept.findIndex((cut) => cut <= threshold)
  return draft[at] ?? 0
}
