/**
 * Performance gap recovered (PGR): where a system stands between the small model (0) and the large one (1).
 *
 *   PGR(S) = (Q(S) - Q(small)) / (Q(large) - Q(small))
 *
 * Source: RouteLLM, arXiv:2406.18665 section 3. Above 1 when routing beats the large model. Its average over all shares is math/average-pgr.ts.
 */
import { LEAST_GAP } from '../math/average-pgr.ts'

export interface PairQuality {
  readonly small: number
  readonly large: number
}

/** Higher is better. Undefined when the large model is not better than the small one. */
export function performanceGapRecovered(quality: number, { small, large }: PairQuality): number | undefined {
  return large - small < LEAST_GAP ? undefined : (quality - small) / (large - small)
}
