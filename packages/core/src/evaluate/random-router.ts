/**
 * Random router: keeps a share of queries small, whichever they are. Its curve is the straight line from all large to all small, so
 * what it gives is known without drawing anything.
 *
 *   Q(s) = Q(large) - s (Q(large) - Q(small)),   APGR = 1/2
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 4.1 (baseline), RouteLLM, arXiv:2406.18665 section 3.
 */
import type { PairQuality } from './performance-gap-recovered.ts'

/** Expected quality at a share kept small. */
export function randomQuality({ small, large }: PairQuality, costAdvantage: number): number {
  return large - costAdvantage * (large - small)
}

/** Expected share that a random router may keep small within a drop (a fraction of the large model's quality). Range [0, 1]. */
export function randomCostAdvantageAtDrop({ small, large }: PairQuality, drop: number): number {
  return large <= small ? 1 : Math.min(1, (drop * large) / (large - small))
}
