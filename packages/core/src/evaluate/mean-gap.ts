/**
 * Mean-gap health test: are the queries that a router keeps small really those on which the small model does well?
 *
 *   H(x) = quality(small, x) - quality(large, x)
 *   meanGap.small = mean H of the queries kept small        meanGap.large = mean H of those sent large
 *
 * The difference small - large is clearly positive for a router that has learned something and about 0 for a random one.
 * Source: Hybrid LLM, arXiv:2404.14618 figure 6 (papers.md A.8). Given at the operating point whose cost advantage is nearest to the share
 * asked for, 0.5 in reports (of two equally near the lower): with half on each side the difference is least noisy.
 */
import { createQualityCurve, type QualityCurve, type Trials } from '../math/quality-curve.ts'

export interface MeanGap {
  /** Mean quality gap of the queries kept small. Range [-1, 1]. */
  readonly small: number
  /** Mean quality gap of the queries sent large. Range [-1, 1]. */
  readonly large: number
  /** small - large. Range [-2, 2]. */
  readonly difference: number
  /** Cost advantage of the point it was taken at. Range (0, 1). */
  readonly costAdvantage: number
}

/** Undefined when the router gives all queries one score, so that no point sends queries both ways. */
export function meanGap(trials: Trials, costAdvantage = 0.5): MeanGap | undefined {
  return meanGapOfCurve(createQualityCurve(trials), costAdvantage)
}

/**
 * The same from the curve: with share s kept, Q(s) = Q(all large) + s * mean H of those kept, and Q(all small) - Q(s) is (1 - s) times mean H of the rest.
 */
export function meanGapOfCurve(curve: QualityCurve, asked = 0.5): MeanGap | undefined {
  const nearest = nearestPoint(curve, asked)
  if (nearest === undefined) return undefined
  const share = curve.costAdvantage[nearest] ?? 0
  const quality = curve.quality[nearest] ?? 0
  const small = (quality - (curve.quality[0] ?? 0)) / share
  const large = ((curve.quality.at(-1) ?? 0) - quality) / (1 - share)
  return { small, large, difference: small - large, costAdvantage: share }
}

/** Index of the operating point that sends queries both ways and whose share kept is nearest to `asked`; undefined without one. */
export function nearestPoint({ costAdvantage: shares }: QualityCurve, asked: number): number | undefined {
  let nearest: number | undefined
  for (let i = 1; i < shares.length - 1; i++) {
    if (nearest === undefined || distance(shares, i, asked) < distance(shares, nearest, asked)) nearest = i
  }
  return nearest
}

function distance(shares: ArrayLike<number>, i: number, asked: number): number {
  return Math.abs((shares[i] ?? 0) - asked)
}
