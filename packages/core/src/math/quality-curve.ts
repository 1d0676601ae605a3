/**
 * Quality curve of a two-model router: mean quality against the share of queries kept on the small model, at every distinct score.
 *
 *   point(t) = (share of queries with score >= t, mean of (score >= t ? small : large))
 *
 * Queries with equal scores move together: no threshold can part them. Points run from all large (nothing kept) to all small, both
 * ends always there. Source: Hybrid LLM, arXiv:2404.14618 section 4 (axes); RouteLLM, arXiv:2406.18665 section 3 (area).
 * Metrics read from the curve live in evaluate/; the curve is here because threshold selection reads it too.
 */

/** Columns of equal length, one entry per query. */
export interface Trials {
  /** Higher: the small model is more likely to be good enough. Any finite scale, calibrated or not. */
  readonly scores: ArrayLike<number>
  /** Quality of the small model's answer. Range [0, 1]. */
  readonly small: ArrayLike<number>
  /** Quality of the large model's answer. Range [0, 1]. */
  readonly large: ArrayLike<number>
}

/** Columns of equal length, one entry per operating point, by rising costAdvantage. */
export interface QualityCurve {
  /** Cut-off of the point: queries scoring at least this are kept small. The first is Infinity: none is. */
  readonly thresholds: Float64Array
  /** Share of queries kept on the small model. From exactly 0 to exactly 1. */
  readonly costAdvantage: Float64Array
  /** Mean quality. First: all large. Last: all small. */
  readonly quality: Float64Array
}

/**
 * `copies`: how often each query counts, 0 for not at all; once each by default. O(n log n), O(n) when the scores are already in descending order.
 * Needs at least one query that counts.
 */
export function createQualityCurve(trials: Trials, copies?: ArrayLike<number>): QualityCurve {
  const { scores, small, large } = trials
  const n = scores.length
  const order = descendingOrder(scores)
  let total = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    const count = copies === undefined ? 1 : copies[i]!
    total += count
    sum += count * large[i]!
  }
  const thresholds = new Float64Array(n + 1)
  const costAdvantage = new Float64Array(n + 1)
  const quality = new Float64Array(n + 1)
  thresholds[0] = Infinity
  quality[0] = sum / total
  let points = 1
  let kept = 0
  let keptBefore = 0
  for (let i = 0; i < n; i++) {
    const query = order === undefined ? i : order[i]!
    const next = i + 1 === n ? undefined : scores[order === undefined ? i + 1 : order[i + 1]!]
    const count = copies === undefined ? 1 : copies[query]!
    kept += count
    sum += count * (small[query]! - large[query]!)
    if (next === scores[query] || kept === keptBefore) continue
    thresholds[points] = scores[query]!
    costAdvantage[points] = kept / total
    quality[points] = sum / total
    points += 1
    keptBefore = kept
  }
  return {
    thresholds: thresholds.slice(0, points),
    costAdvantage: costAdvantage.slice(0, points),
    quality: quality.slice(0, points),
  }
}

/** Area under quality over costAdvantage in [0, 1], exact trapezoids between the points. */
export function areaUnderQualityCurve({ costAdvantage, quality }: QualityCurve): number {
  let area = 0
  for (let i = 1; i < quality.length; i++) {
    area += ((costAdvantage[i]! - costAdvantage[i - 1]!) * (quality[i]! + quality[i - 1]!)) / 2
  }
  return area
}

/** Indices by descending value, ties in their given order; undefined when the values already are in that order. */
export function descendingOrder(values: ArrayLike<number>): Uint32Array | undefined {
  let isSorted = true
  for (let i = 1; i < values.length && isSorted; i++) isSorted = values[i - 1]! >= values[i]!
  if (isSorted) return undefined
  const order = new Uint32Array(values.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  return order.sort((a, b) => values[b]! - values[a]! || a - b)
}
