/**
 * Cost curve: mean quality against mean cost at every operating point, from all large to all small. The cost axis is a field, because a
 * number read off one axis says nothing about the other:
 *
 *   'largeShare'   share of queries sent to the large model, c = 1 - costAdvantage. Calls, not money; the small model costs nothing
 *   'costUsd'      metered USD per query
 *
 * Points as in math/quality-curve.ts. On the USD axis costs need not fall from point to point: a query may be cheaper on the large model.
 */
import { createQualityCurve, type Trials } from '../math/quality-curve.ts'

export type CostAxis = 'largeShare' | 'costUsd'

/** Columns of equal length, one entry per query. */
export interface CostTrials extends Trials {
  readonly axis: CostAxis
  /** Cost of the small model's call in units of the axis; all 0 on 'largeShare'. */
  readonly smallCost: ArrayLike<number>
  /** Cost of the large model's call in units of the axis; all 1 on 'largeShare'. */
  readonly largeCost: ArrayLike<number>
}

/** Columns of equal length, one entry per operating point: first all large, last all small. */
export interface CostCurve {
  readonly axis: CostAxis
  /** Mean cost of a query in units of the axis. */
  readonly cost: Float64Array
  /** Mean quality. Range [0, 1]. */
  readonly quality: Float64Array
  /** The two models alone, where the curve's ends are not they: a cascade pays for drafts that a single model does not. */
  readonly singles?: Singles
}

export interface Singles {
  readonly small: CostPoint
  readonly large: CostPoint
}

/** A system as a point of the cost-quality plane. */
export interface CostPoint {
  readonly cost: number
  readonly quality: number
}

/** `copies`: how often each query counts, once each by default. Needs at least one query that counts. */
export function createCostCurve(
  { axis, scores, small, large, smallCost, largeCost }: CostTrials,
  copies?: ArrayLike<number>,
): CostCurve {
  const { quality } = createQualityCurve({ scores, small, large }, copies)
  // The mean of what was paid runs over the same points as the mean of what was got.
  const { quality: cost } = createQualityCurve({ scores, small: smallCost, large: largeCost }, copies)
  return { axis, cost, quality }
}

/** Everything to one model. */
export function endsOf({ cost, quality, singles }: CostCurve): Singles {
  return (
    singles ?? {
      small: { cost: cost.at(-1) ?? 0, quality: quality.at(-1) ?? 0 },
      large: { cost: cost[0] ?? 0, quality: quality[0] ?? 0 },
    }
  )
}

/** The better of the two models; the small one when they are equal. */
export function bestSingleOf(curve: CostCurve): CostPoint {
  const { small, large } = endsOf(curve)
  return large.quality > small.quality ? large : small
}

/**
 * Quality at a mean cost, on straight lines between neighbouring points: what mixing two operating points at random gives. Coming from all
 * large, the first crossing counts. Undefined outside the costs of the curve.
 */
export function qualityAtCost({ cost, quality }: CostCurve, at: number): number | undefined {
  if (at > (cost[0] ?? 0)) return undefined
  for (let i = 1; i < cost.length; i++) {
    const [high, low] = [cost[i - 1] ?? 0, cost[i] ?? 0]
    if (low > at) continue
    const part = high === low ? 0 : (high - at) / (high - low)
    return (quality[i - 1] ?? 0) + part * ((quality[i] ?? 0) - (quality[i - 1] ?? 0))
  }
  return undefined
}
