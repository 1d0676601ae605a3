/**
 * Efficiency of a router on the cost-quality plane: every metric that needs a cost, from one draw of queries. The same function gives the
 * numbers (each query drawn once) and their bootstrap replicates, so that both are the same statistic.
 *
 * Cost is USD when at least half of the rows know both models' cost; then only those rows count, and the report says how many. Otherwise it
 * is the share of large calls, on all rows.
 */
import { areaUnderDeferralCurve } from './area-under-deferral-curve.ts'
import { averageImprovementInQuality } from './average-improvement-in-quality.ts'
import type { QualityCurve } from '../math/quality-curve.ts'
import type { Draw } from './bootstrap.ts'
import { bestSingleOf, createCostCurve, endsOf, type CostAxis, type CostCurve } from './cost-curve.ts'
import { costSavingAtEqualQuality } from './cost-saving-at-equal-quality.ts'
import { notDefined, type MetricValue } from './metric-value.ts'
import { qualityNeutralCost } from './quality-neutral-cost.ts'
import { orderDraw, orderOf, orderTrials, orderValues } from './redraw.ts'
import type { TrialLog } from './trial-log.ts'

/** What each query costs on either model, and the rows that know it. */
export interface CostColumns {
  readonly axis: CostAxis
  /** 1 for rows that are measured on this axis, else 0. */
  readonly known: Uint8Array
  readonly rows: number
  /** One entry per row of the log; 0 where not known. */
  readonly smallCost: Float64Array
  readonly largeCost: Float64Array
  /** What a query costs that was drafted and then escalated; for policies that read answers, on the axis of money. */
  readonly escalatedCost?: Float64Array
}

/** Share of rows that must know both costs for USD to speak for the data. */
const LEAST_KNOWN = 0.5

export function costColumns({ scores, smallCosts, largeCosts, readsAnswers }: TrialLog): CostColumns {
  const known = Uint8Array.from(scores, (_, i) =>
    smallCosts[i] === undefined || largeCosts[i] === undefined ? 0 : 1,
  )
  const rows = known.reduce((sum, one) => sum + one, 0)
  if (rows === 0 || rows < LEAST_KNOWN * scores.length) {
    return {
      axis: 'largeShare',
      known: known.fill(1),
      rows: scores.length,
      smallCost: new Float64Array(scores.length),
      largeCost: new Float64Array(scores.length).fill(1),
    }
  }
  const smallCost = Float64Array.from(smallCosts, (cost) => cost ?? 0)
  const largeCost = Float64Array.from(largeCosts, (cost) => cost ?? 0)
  const escalatedCost = largeCost.map((cost, row) => cost + (smallCost[row] ?? 0))
  return { axis: 'costUsd', known, rows, smallCost, largeCost, ...(readsAnswers ? { escalatedCost } : {}) }
}

/**
 * Cost curve of a draw under fixed scores; undefined when no drawn query has a known cost. Sorts once. `ofDraw`: the draw's quality curve under these
 * scores, which on the axis of calls holds everything there is to know.
 */
export function createCostRedraw(
  { small, large }: Pick<TrialLog, 'small' | 'large'>,
  scores: ArrayLike<number>,
  { axis, known, smallCost, largeCost, escalatedCost }: CostColumns,
): (draw: Draw, ofDraw: QualityCurve) => CostCurve | undefined {
  if (axis === 'largeShare') {
    return (_, { costAdvantage, quality }) => ({
      axis,
      cost: costAdvantage.map((share) => 1 - share),
      quality,
    })
  }
  const order = orderOf(scores).filter((row) => known[row] === 1)
  const ordered = {
    axis,
    ...orderTrials({ scores, small, large }, order),
    smallCost: orderValues(smallCost, order),
    largeCost: orderValues(largeCost, order),
  }
  const escalated = escalatedCost && orderValues(escalatedCost, order)
  const copies = new Uint16Array(order.length)
  return (draw) => {
    orderDraw(draw, order, copies)
    if (!copies.some((count) => count > 0)) return undefined
    const curve = createCostCurve(ordered, copies)
    if (escalated === undefined) return curve
    return { ...createCostCurve({ ...ordered, largeCost: escalated }, copies), singles: endsOf(curve) }
  }
}

/** By the names of the metrics in house.md section 5. */
export type CurveEfficiency = Readonly<
  Record<
    | 'averageImprovementInQuality'
    | 'areaUnderDeferralCurve'
    | 'qualityNeutralCost'
    | 'costSavingAtEqualQuality',
    MetricValue
  >
>

/** Everything read off one cost curve. AIQ runs from the cost of all small to that of all large. */
export function readEfficiency(curve: CostCurve | undefined): CurveEfficiency {
  if (curve === undefined) {
    const none = notDefined('no row knows its costs')
    return {
      averageImprovementInQuality: none,
      areaUnderDeferralCurve: none,
      qualityNeutralCost: none,
      costSavingAtEqualQuality: none,
    }
  }
  const { small, large } = endsOf(curve)
  const best = bestSingleOf(curve)
  return {
    averageImprovementInQuality: averageImprovementInQuality(curve, {
      // Two sums of the same costs may differ in the last digit.
      from: Math.max(small.cost, curve.cost.at(-1) ?? 0),
      to: large.cost,
    }),
    areaUnderDeferralCurve: areaUnderDeferralCurve(curve),
    qualityNeutralCost: qualityNeutralCost(curve, best),
    costSavingAtEqualQuality: costSavingAtEqualQuality(curve, best),
  }
}

/** A draw that takes every query once: the rows themselves. */
export function everyRow(n: number): Draw {
  return new Uint16Array(n).fill(1)
}
