/**
 * Trials -> Report: reads every metric off the curve, adds baselines and intervals, and gives each undefined number its reason. Each metric
 * is defined in its own file; this one only puts them together.
 */
import { averagePgr } from '../math/average-pgr.ts'
import { auroc } from '../math/auroc.ts'
import { brierScore } from '../math/brier-score.ts'
import { expectedCalibrationError, reliabilityBins } from '../math/calibration-error.ts'
import { logLoss } from '../math/log-loss.ts'
import { createQualityCurve, type QualityCurve } from '../math/quality-curve.ts'
import { DEFAULT_RESAMPLES } from './bootstrap.ts'
import { callPerformanceThreshold } from './call-performance-threshold.ts'
import { costAdvantageAtDrop } from './cost-advantage.ts'
import { measureIntervals } from './intervals.ts'
import { createLevelReport } from './level-report.ts'
import { meanGapOfCurve } from './mean-gap.ts'
import { createOracle } from './oracle.ts'
import { createPlane } from './plane.ts'
import { describePlane } from './plane-report.ts'
import { randomCostAdvantageAtDrop } from './random-router.ts'
import { createReliabilityReport, type ReliabilityReport } from './reliability.ts'
import {
  REPORTED_DROPS,
  type BaselineReport,
  type ByDrop,
  type CalibrationReport,
  type CurvePoint,
  type ModelReport,
  type Report,
  type TaskTableReport,
} from './report.ts'
import { crossFitTaskTable, type TaskTable } from './task-table.ts'
import { FAILED_SCORE, type TrialLog } from './trial-log.ts'

export interface ReportOptions {
  /** Seed of the resampling and of the task table's folds. */
  readonly seed: number
  /** Bootstrap resamples. Default 1000; 0 for no intervals. */
  readonly resamples?: number
  /** Task-type table fitted on training rows. Default: cross-fitted over the evaluated rows. */
  readonly taskTable?: TaskTable
}

const NO_GAP = 'the large model is not better than the small one on these rows, so there is no gap to recover'
const ONE_SCORE = 'the router gives all queries the same score'
const NO_SCORE = 'the estimator failed on every row'
const NO_CATEGORY = 'no row has a category'

/** Measures a router. Needs at least one row. O(rows * resamples). */
export function createReport(log: TrialLog, options: ReportOptions): Report {
  const { seed, resamples = DEFAULT_RESAMPLES } = options
  const reasons: Record<string, string> = {}
  const define = createDefine(reasons)
  const curve = createQualityCurve(log)
  const oracle = createOracle(log)
  const taskScores = scoreByTask(log, options)
  const plane = createPlane(log, taskScores)
  const intervals = resamples === 0 ? {} : measureIntervals(log, { taskScores, plane }, { seed, resamples })
  const [small, large] = describeModels(log, curve)
  const { undefinedBecause, ...onPlane } = describePlane(plane, {
    log,
    intervals,
    fittedOn: fittedOn(options),
  })
  const taskTable = taskScores === undefined ? undefined : describeTaskTable(log, taskScores, options)
  return {
    rows: log.scores.length,
    small,
    large,
    oracle: {
      quality: oracle.quality,
      costAdvantage: oracle.costAdvantage,
      apgr: averagePgr(oracle.curve) ?? null,
      costAdvantageAtDrop: byDrop((drop) => costAdvantageAtDrop(oracle.fineCurve, drop)),
      curve: toPoints(oracle.curve),
    },
    apgr: define('apgr', averagePgr(curve), NO_GAP),
    cpt50: define('cpt50', callPerformanceThreshold(curve, 0.5), NO_GAP),
    cpt80: define('cpt80', callPerformanceThreshold(curve, 0.8), NO_GAP),
    costAdvantageAtDrop: byDrop((drop) => costAdvantageAtDrop(curve, drop)),
    meanGap: describeGap(curve, define),
    curve: toPoints(curve),
    levels: log.levels.map((level) => createLevelReport(log, level, intervals)),
    calibration: define('calibration', describeCalibration(log), NO_SCORE),
    reliability: define('reliability', describeReliability(log, seed), NO_SCORE),
    ...onPlane,
    baselines: {
      random: describeRandom(small, large),
      taskTable: define('baselines.taskTable', taskTable, NO_CATEGORY),
      bestSingle: large.quality > small.quality ? large : small,
    },
    intervals: Object.fromEntries(Object.entries(intervals).filter(([name]) => !name.startsWith('levels.'))),
    undefinedBecause: { ...costReasons(small, reasons), ...undefinedBecause },
    estimatorFailures: log.scores.filter((score) => score === FAILED_SCORE).length,
    seed,
    resamples,
  }
}

type Define = <T>(name: string, value: T | undefined, because: string) => T | null

/** Turns undefined into null and keeps the reason under the field's name. */
function createDefine(reasons: Record<string, string>): Define {
  return (name, value, because) => {
    if (value !== undefined) return value
    reasons[name] = because
    return null
  }
}

function costReasons(
  { costUsd }: ModelReport,
  reasons: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (costUsd !== null) return reasons
  const because = 'no row has costUsd of both models'
  return { ...reasons, 'small.costUsd': because, 'large.costUsd': because }
}

function describeGap(curve: QualityCurve, define: Define): Report['meanGap'] {
  const gap = meanGapOfCurve(curve)
  if (gap !== undefined) return gap
  const none = define<number>('meanGap', undefined, ONE_SCORE)
  return { small: none, large: none, difference: none, costAdvantage: none }
}

function describeRandom({ quality: small }: ModelReport, { quality: large }: ModelReport): BaselineReport {
  return {
    apgr: small < large ? 0.5 : null,
    costAdvantageAtDrop: byDrop((drop) => randomCostAdvantageAtDrop({ small, large }, drop)),
  }
}

function byDrop(read: (drop: number) => number): ByDrop {
  return Object.fromEntries(REPORTED_DROPS.map((drop) => [String(drop), read(drop)]))
}

function toPoints({ thresholds, costAdvantage, quality }: QualityCurve): readonly CurvePoint[] {
  return Array.from(quality, (value, i) => ({
    costAdvantage: costAdvantage[i] ?? 0,
    quality: value,
    threshold: i === 0 ? null : (thresholds[i] ?? null),
  }))
}

function describeModels(log: TrialLog, curve: QualityCurve): readonly [ModelReport, ModelReport] {
  return [
    { model: log.pair.small, quality: curve.quality.at(-1) ?? 0, costUsd: meanKnown(log.smallCosts) },
    { model: log.pair.large, quality: curve.quality[0] ?? 0, costUsd: meanKnown(log.largeCosts) },
  ]
}

/** Null when no value is known. */
export function meanKnown(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function scoreByTask(log: TrialLog, { taskTable, seed }: ReportOptions): ArrayLike<number> | undefined {
  if (log.categories.every((category) => category === undefined)) return undefined
  if (taskTable !== undefined) return log.categories.map((category) => taskTable.scoreOf(category))
  const gaps = log.small.map((quality, i) => quality - (log.large[i] ?? 0))
  return crossFitTaskTable({ categories: log.categories, gaps }, seed)
}

function describeTaskTable(
  log: TrialLog,
  scores: ArrayLike<number>,
  { taskTable }: ReportOptions,
): TaskTableReport {
  const curve = createQualityCurve({ scores, small: log.small, large: log.large })
  const known = log.categories.filter((category) => category !== undefined)
  return {
    apgr: averagePgr(curve) ?? null,
    costAdvantageAtDrop: byDrop((drop) => costAdvantageAtDrop(curve, drop)),
    types: taskTable?.types ?? new Set(known).size,
    rowsWithCategory: known.length,
    fittedOn: fittedOn({ taskTable }),
    curve: toPoints(curve),
  }
}

/** Where the task-type table comes from. */
function fittedOn({
  taskTable,
}: {
  readonly taskTable?: TaskTable | undefined
}): TaskTableReport['fittedOn'] {
  return taskTable === undefined ? 'evaluated rows, cross-fitted' : 'training rows'
}

function describeReliability(
  { scores, labels, categories }: TrialLog,
  seed: number,
): ReliabilityReport | undefined {
  const scored = [...scores.keys()].filter((i) => scores[i] !== FAILED_SCORE)
  if (scored.length === 0) return undefined
  const forecasts = {
    probabilities: scored.map((i) => scores[i] ?? 0),
    labels: scored.map((i) => labels[i] ?? 0),
    categories: scored.map((i) => categories[i]),
  }
  return createReliabilityReport(forecasts, seed)
}

function describeCalibration(log: TrialLog): CalibrationReport | undefined {
  const scored = [...log.scores.keys()].filter((i) => log.scores[i] !== FAILED_SCORE)
  if (scored.length === 0) return undefined
  const probabilities = scored.map((i) => log.scores[i] ?? 0)
  const labels = scored.map((i) => log.labels[i] ?? 0)
  return {
    expectedCalibrationError: expectedCalibrationError(probabilities, labels),
    brierScore: brierScore(probabilities, labels),
    logLoss: logLoss(probabilities, labels),
    auroc: auroc(probabilities, labels) ?? null,
    bins: reliabilityBins(probabilities, labels),
  }
}
