/**
 * Average performance gap recovered (APGR): the area under PGR over the share of large calls c in [0, 1].
 *
 *   PGR(c) = (Q(router at c) - Q(small)) / (Q(large) - Q(small))          APGR = integral of PGR over c
 *
 * Source: RouteLLM, arXiv:2406.18665 section 3. They average PGR over ten fixed shares; we take exact trapezoids over every distinct
 * score with both ends added, so that no grid hides a bend. A random router has about 0.5. It is *not* the gap to the oracle, and
 * the oracle's APGR may exceed 1.
 *
 * In math/ and not in evaluate/ because training cross-validates by it and may not import evaluation.
 */
import { areaUnderQualityCurve, type QualityCurve } from './quality-curve.ts'

/** Quality gap below which two models count as equally good: rounding of sums, far below any gap that rows can show. */
export const LEAST_GAP: number = 1e-9

/** Higher is better. Undefined when the large model is not better than the small one: there is no gap to recover. */
export function averagePgr(curve: QualityCurve): number | undefined {
  const large = curve.quality[0]!
  const small = curve.quality.at(-1)!
  const gap = large - small
  return gap < LEAST_GAP ? undefined : (areaUnderQualityCurve(curve) - small) / gap
}
