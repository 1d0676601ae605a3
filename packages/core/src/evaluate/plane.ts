/**
 * The cost-quality plane of one router: its efficiency, the null routers and the lead over them. One reader gives the numbers, from a draw that takes
 * every row once, and their bootstrap replicates, from other draws.
 */
import { createQualityCurve, type QualityCurve } from '../math/quality-curve.ts'
import type { Draw } from './bootstrap.ts'
import { endsOf } from './cost-curve.ts'
import {
  costColumns,
  createCostRedraw,
  everyRow,
  readEfficiency,
  type CostColumns,
  type CurveEfficiency,
} from './efficiency.ts'
import { createEfficiencyScoreReader, type EfficiencyScores } from './efficiency-scores.ts'
import { createNullReader, type NullRouters } from './null-routers.ts'
import { oracleGapOfCurve, type OracleGapAtShare } from './oracle-gap-recovered.ts'
import { createRedraw } from './redraw.ts'
import type { TrialLog } from './trial-log.ts'

/** Everything measured on the plane for one draw. */
export interface PlanePoint {
  readonly curve: CurveEfficiency
  readonly oracleGap: OracleGapAtShare
  /** Undefined without rows that know costs and latencies. */
  readonly scores: EfficiencyScores | undefined
  /** Undefined when no drawn row has a known cost. */
  readonly nulls: NullRouters | undefined
}

export interface Plane {
  readonly costs: CostColumns
  /** All small and all large. */
  readonly ends: ReturnType<typeof endsOf>
  /** Rows behind the efficiency scores. */
  readonly scoredRows: number
  /** The rows themselves. */
  readonly point: PlanePoint
  /** Replicates by the dotted names of Report's fields, for `bootstrap`. */
  readonly replicate: (draw: Draw, curves: PlaneCurves) => Readonly<Record<string, number | undefined>>
}

/** Quality curves of one draw. */
export interface PlaneCurves {
  readonly router: QualityCurve
  /** Of the task-type table; undefined without categories. */
  readonly table: QualityCurve | undefined
}

/** Needs at least one row. `taskScores`: expected gap of each row's category; undefined without categories. */
export function createPlane(log: TrialLog, taskScores: ArrayLike<number> | undefined): Plane {
  const costs = costColumns(log)
  const redrawRouter = createCostRedraw(log, log.scores, costs)
  const { escalatedCost: _escalatedCost, ...routed } = costs
  const redrawTable = taskScores && createCostRedraw(log, taskScores, routed)
  const gaps = log.small.map((quality, i) => quality - (log.large[i] ?? 0))
  const redrawOracle = createRedraw({ ...log, scores: gaps })
  const scoreReader = createEfficiencyScoreReader(log)
  const readNulls = createNullReader(log, taskScores, costs)
  const read = (draw: Draw, curves: PlaneCurves): PlanePoint => {
    const router = redrawRouter(draw, curves.router)
    const table = curves.table && redrawTable?.(draw, curves.table)
    return {
      curve: readEfficiency(router),
      oracleGap: oracleGapOfCurve(curves.router, redrawOracle(draw)),
      scores: scoreReader.read(draw),
      nulls: router && readNulls(draw, { router, table }),
    }
  }
  const all = everyRow(log.scores.length)
  const router = createQualityCurve(log)
  const curve = redrawRouter(all, router)
  if (curve === undefined) throw new RangeError('a report needs at least one row')
  return {
    costs,
    ends: endsOf(curve),
    scoredRows: scoreReader.rows,
    point: read(all, { router, table: taskScores && createQualityCurve({ ...log, scores: taskScores }) }),
    replicate: (draw, curves) => flatten(read(draw, curves), log),
  }
}

/** Names of fields that stand inside lists: their intervals are put beside them, not into Report's `intervals`. */
export const LEVEL_NAMES = {
  score: (asked: number): string => `levels.${asked}.inferenceEfficiencyScore`,
  lead: (asked: number, over: 'RandomMix' | 'TaskTable' | 'BestSingle'): string =>
    `levels.${asked}.leadOver${over}`,
} as const

function flatten(
  { curve, oracleGap, scores, nulls }: PlanePoint,
  { levels }: TrialLog,
): Record<string, number | undefined> {
  const values: Record<string, number | undefined> = {
    'efficiency.averageImprovementInQuality': curve.averageImprovementInQuality.value,
    'efficiency.areaUnderDeferralCurve': curve.areaUnderDeferralCurve.value,
    'efficiency.qualityNeutralCost': curve.qualityNeutralCost.value,
    'efficiency.costSavingAtEqualQuality': curve.costSavingAtEqualQuality.value,
    'efficiency.oracleGapRecovered': oracleGap.value,
    'efficiency.inferenceEfficiencyScore.small': scores?.small.value,
    'efficiency.inferenceEfficiencyScore.large': scores?.large.value,
    ...flattenNulls(nulls, levels),
  }
  for (const [i, { asked }] of levels.entries()) values[LEVEL_NAMES.score(asked)] = scores?.levels[i]?.value
  return values
}

function flattenNulls(
  nulls: NullRouters | undefined,
  levels: TrialLog['levels'],
): Record<string, number | undefined> {
  const values: Record<string, number | undefined> = {
    'nullRouters.bestPerTaskType.quality': nulls?.bestPerTaskType?.quality,
    'nullRouters.bestPerTaskType.costAdvantage': nulls?.bestPerTaskType?.costAdvantage,
  }
  for (const [i, { asked }] of levels.entries()) {
    const lead = nulls?.levels[i]
    values[LEVEL_NAMES.lead(asked, 'RandomMix')] = lead?.leadOverRandomMix
    values[LEVEL_NAMES.lead(asked, 'TaskTable')] = lead?.leadOverTaskTable
    values[LEVEL_NAMES.lead(asked, 'BestSingle')] = lead?.leadOverBestSingle
  }
  return values
}
