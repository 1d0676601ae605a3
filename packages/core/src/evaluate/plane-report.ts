/**
 * The parts of a report that speak of cost: `efficiency` and `nullRouters`. Types and the step from measured values, with undefined ones as
 * null and their reasons apart.
 */
import type { Interval } from './bootstrap.ts'
import type { CostAxis } from './cost-curve.ts'
import { DEFAULT_QUALITY_WEIGHT, EFFICIENCY_NORMALISATION } from './inference-efficiency-score.ts'
import type { MetricValue } from './metric-value.ts'
import type { LeadAtLevel } from './null-routers.ts'
import { LEVEL_NAMES, type Plane } from './plane.ts'
import type { TrialLog } from './trial-log.ts'

export interface ScoreAtLevel {
  readonly asked: number
  readonly value: number | null
  readonly interval: Interval | null
}

/** Metrics of docs/metrics.md that need a cost. */
export interface EfficiencyReport {
  /** What cost is here: USD a query, or the share of large calls when the rows do not know money. */
  readonly axis: CostAxis
  /** Rows that know it. */
  readonly rows: number
  /** Mean cost of all small and of all large: the range of the areas. */
  readonly costFrom: number
  readonly costTo: number
  readonly averageImprovementInQuality: number | null
  readonly areaUnderDeferralCurve: number | null
  readonly qualityNeutralCost: number | null
  readonly costSavingAtEqualQuality: number | null
  readonly oracleGapRecovered: number | null
  /** Share kept small at which the oracle gap was read: the operating point nearest to half. */
  readonly oracleGapAt: number | null
  /** Null unless rows know both models' cost and latency. */
  readonly inferenceEfficiencyScore: {
    /** Weight of quality; 1 - a is that of responsiveness. */
    readonly a: number
    readonly normalisation: string
    readonly rows: number
    readonly small: number | null
    readonly large: number | null
    readonly levels: readonly ScoreAtLevel[]
  } | null
}

/** The router at one level beside null routers of the same mean cost. Leads are differences of mean quality. */
export interface LeadReport {
  readonly asked: number
  readonly cost: number
  readonly quality: number
  readonly randomMix: number | null
  readonly taskTable: number | null
  readonly leadOverRandomMix: number | null
  readonly leadOverRandomMixInterval: Interval | null
  readonly leadOverTaskTable: number | null
  readonly leadOverTaskTableInterval: Interval | null
  readonly leadOverBestSingle: number
  readonly leadOverBestSingleInterval: Interval | null
}

export interface NullRoutersReport {
  readonly axis: CostAxis
  readonly rows: number
  /** `costAdvantage` is 1 for the small model and 0 for the large. */
  readonly bestSingle: {
    readonly model: string
    readonly quality: number
    readonly cost: number
    readonly costAdvantage: number
  }
  readonly bestPerTaskType: {
    readonly quality: number
    readonly cost: number
    readonly costAdvantage: number
    readonly fittedOn: 'training rows' | 'evaluated rows, cross-fitted'
  } | null
  /** Models that random mixes are made of: those on the hull. One when the small model is at least as good. */
  readonly randomMix: { readonly models: readonly string[] }
  readonly levels: readonly LeadReport[]
}

export interface PlaneReport {
  readonly efficiency: EfficiencyReport
  readonly nullRouters: NullRoutersReport
  /** Reasons by dotted name. */
  readonly undefinedBecause: Readonly<Record<string, string>>
}

export interface PlaneContext {
  readonly log: TrialLog
  readonly intervals: Readonly<Record<string, Interval>>
  readonly fittedOn: 'training rows' | 'evaluated rows, cross-fitted'
}

export function describePlane(plane: Plane, context: PlaneContext): PlaneReport {
  const reasons: Record<string, string> = {}
  const define = (name: string, { value, because }: MetricValue): number | null => {
    if (value !== undefined) return value
    reasons[`efficiency.${name}`] = because
    return null
  }
  return {
    efficiency: describeEfficiency(plane, context, define),
    nullRouters: describeNullRouters(plane, context),
    undefinedBecause: reasons,
  }
}

type Define = (name: string, metric: MetricValue) => number | null

function describeEfficiency(
  plane: Plane,
  { log, intervals }: PlaneContext,
  define: Define,
): EfficiencyReport {
  const { costs, point, ends } = plane
  const { curve, oracleGap } = point
  return {
    axis: costs.axis,
    rows: costs.rows,
    costFrom: ends.small.cost,
    costTo: ends.large.cost,
    averageImprovementInQuality: define('averageImprovementInQuality', curve.averageImprovementInQuality),
    areaUnderDeferralCurve: define('areaUnderDeferralCurve', curve.areaUnderDeferralCurve),
    qualityNeutralCost: define('qualityNeutralCost', curve.qualityNeutralCost),
    costSavingAtEqualQuality: define('costSavingAtEqualQuality', curve.costSavingAtEqualQuality),
    oracleGapRecovered: define('oracleGapRecovered', oracleGap),
    oracleGapAt: oracleGap.costAdvantage,
    inferenceEfficiencyScore: describeScores(plane, { log, intervals }, define),
  }
}

function describeScores(
  { point: { scores }, scoredRows }: Plane,
  { log, intervals }: Pick<PlaneContext, 'log' | 'intervals'>,
  define: Define,
): EfficiencyReport['inferenceEfficiencyScore'] {
  const name = 'inferenceEfficiencyScore'
  if (scores === undefined) {
    define(name, { value: undefined, because: 'no row has costUsd and latencyMs of both models' })
    return null
  }
  return {
    a: DEFAULT_QUALITY_WEIGHT,
    normalisation: EFFICIENCY_NORMALISATION,
    rows: scoredRows,
    small: define(`${name}.small`, scores.small),
    large: define(`${name}.large`, scores.large),
    levels: log.levels.map(({ asked }, i) => ({
      asked,
      value: scores.levels[i]?.value ?? null,
      interval: intervals[LEVEL_NAMES.score(asked)] ?? null,
    })),
  }
}

function describeNullRouters(plane: Plane, { log, intervals, fittedOn }: PlaneContext): NullRoutersReport {
  const { costs, point } = plane
  const { small, large } = plane.ends
  const isLarge = large.quality > small.quality
  const byType = point.nulls?.bestPerTaskType
  const isMixed = isLarge && large.cost > small.cost
  return {
    axis: costs.axis,
    rows: costs.rows,
    bestSingle: {
      model: isLarge ? log.pair.large : log.pair.small,
      ...(isLarge ? large : small),
      costAdvantage: isLarge ? 0 : 1,
    },
    bestPerTaskType: byType === undefined ? null : { ...byType, fittedOn },
    randomMix: {
      models: isMixed ? [log.pair.small, log.pair.large] : [isLarge ? log.pair.large : log.pair.small],
    },
    levels: (point.nulls?.levels ?? []).map((lead) => toLeadReport(lead, intervals)),
  }
}

function toLeadReport(lead: LeadAtLevel, intervals: Readonly<Record<string, Interval>>): LeadReport {
  const { asked } = lead
  return {
    asked,
    cost: lead.cost,
    quality: lead.quality,
    randomMix: lead.randomMix ?? null,
    taskTable: lead.taskTable ?? null,
    leadOverRandomMix: lead.leadOverRandomMix ?? null,
    leadOverRandomMixInterval: intervals[LEVEL_NAMES.lead(asked, 'RandomMix')] ?? null,
    leadOverTaskTable: lead.leadOverTaskTable ?? null,
    leadOverTaskTableInterval: intervals[LEVEL_NAMES.lead(asked, 'TaskTable')] ?? null,
    leadOverBestSingle: lead.leadOverBestSingle,
    leadOverBestSingleInterval: intervals[LEVEL_NAMES.lead(asked, 'BestSingle')] ?? null,
  }
}
