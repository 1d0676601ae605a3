/**
 * Cost advantage: the fraction of queries sent to the small model.
 *
 *   costAdvantage = queries kept small / all queries
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 2.3. It counts calls, not money; for two models it is 1 - c, with c the share of
 * large calls. `costAdvantageAtDrop` reads it from a curve: the largest share that keeps quality within a drop.
 */
import type { QualityCurve } from '../math/quality-curve.ts'

/** Range [0, 1]; higher is better at equal quality. Needs at least one query. */
export function costAdvantage(keptSmall: readonly boolean[]): number {
  return keptSmall.filter(Boolean).length / keptSmall.length
}

/** Rounding of sums that a point may fall short of its limit by; scores themselves are never that fine. */
const EPSILON = 1e-12

/**
 * The largest cost advantage of any point whose mean quality is at least (1 - drop) of all large, the curve's first point. Looks at every
 * distinct score, on the rows themselves: what the scores could give, not what a threshold chosen elsewhere delivers.
 * `drop` is a fraction, 0.01 for 1%. Range [0, 1]; always defined, since keeping nothing drops nothing.
 */
export function costAdvantageAtDrop({ costAdvantage, quality }: QualityCurve, drop: number): number {
  const least = (1 - drop) * (quality[0] ?? 0) - EPSILON
  for (let i = quality.length - 1; i > 0; i--) {
    if ((quality[i] ?? 0) >= least) return costAdvantage[i] ?? 0
  }
  return 0
}
