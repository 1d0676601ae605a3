/**
 * Oracle: the router that knows both answers. It takes the better one, and the small model when they are equal, so it is the best quality
 * and, at that quality, the cheapest. No router can beat its curve: it sends queries small in the order of their true gap.
 *
 * Source: the definitions of house.md section 5. With sampled answers the oracle also profits from luck, so part of its lead over a router
 * is noise that nothing could predict.
 */
import { createQualityCurve, descendingOrder, type QualityCurve, type Trials } from '../math/quality-curve.ts'

export interface Oracle {
  /** Mean quality of the better of the two answers. Range [0, 1]. */
  readonly quality: number
  /** Share of queries on which the small model's answer is at least as good. Range [0, 1]. */
  readonly costAdvantage: number
  /** Best quality reachable at each share, one point per distinct gap; straight lines between are reachable, too. */
  readonly curve: QualityCurve
  /** One point per query: an oracle can part queries of equal gap, which a threshold cannot. */
  readonly fineCurve: QualityCurve
}

/** Needs at least one query; the scores of the trials are not read. */
export function createOracle({ small, large }: Pick<Trials, 'small' | 'large'>): Oracle {
  const gaps = Float64Array.from(small, (quality, i) => quality - (large[i] ?? 0))
  const curve = createQualityCurve({ scores: gaps, small, large })
  let quality = 0
  let kept = 0
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i] ?? 0
    quality += (large[i] ?? 0) + Math.max(0, gap)
    if (gap >= 0) kept += 1
  }
  const fineCurve = createQualityCurve({ scores: rankDescending(gaps), small, large })
  return { quality: quality / gaps.length, costAdvantage: kept / gaps.length, curve, fineCurve }
}

/** Distinct scores in the order of the gaps: the largest gap scores highest, equal ones in the order of the rows. */
function rankDescending(gaps: Float64Array): Float64Array {
  const order = descendingOrder(gaps) ?? Uint32Array.from(gaps, (_, i) => i)
  const ranks = new Float64Array(gaps.length)
  for (const [i, query] of order.entries()) ranks[query] = gaps.length - i
  return ranks
}
