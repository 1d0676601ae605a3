/**
 * Which numbers of a report get a bootstrap interval, and how each is computed from one draw. Sorting happens once: a draw repeats queries in
 * an order that is known already, so a resample costs O(rows).
 */
import { auroc } from '../math/auroc.ts'
import { averagePgr } from '../math/average-pgr.ts'
import { brierScore } from '../math/brier-score.ts'
import type { QualityCurve } from '../math/quality-curve.ts'
import { bootstrap, expandDraw, type BootstrapOptions, type Draw, type Interval } from './bootstrap.ts'
import { callPerformanceThreshold } from './call-performance-threshold.ts'
import { costAdvantageAtDrop } from './cost-advantage.ts'
import { meanGapOfCurve } from './mean-gap.ts'
import type { Plane } from './plane.ts'
import { createRedraw, orderOf } from './redraw.ts'
import { REPORTED_DROPS } from './report.ts'
import { FAILED_SCORE, type LevelTrials, type TrialLog } from './trial-log.ts'

type Values = Record<string, number | undefined>

/** What a report prepares once and every draw reads. */
export interface Prepared {
  /** The task-type table's, when there is one. */
  readonly taskScores: ArrayLike<number> | undefined
  readonly plane: Plane
}

/** By the dotted names of Report's fields, `levels.<asked>.<field>` for levels. */
export function measureIntervals(
  log: TrialLog,
  { taskScores, plane }: Prepared,
  options: BootstrapOptions,
): Readonly<Record<string, Interval>> {
  const redrawCurve = createRedraw(log)
  const redrawTable = taskScores === undefined ? undefined : createRedraw({ ...log, scores: taskScores })
  const readProbabilities = createProbabilityReader(log)
  const better = log.small.map((quality, i) => Math.max(quality, log.large[i] ?? 0))
  const intervals = bootstrap(
    log.scores.length,
    (draw) => {
      const curve = redrawCurve(draw)
      const table = redrawTable?.(draw)
      const apgr = averagePgr(curve)
      const tableApgr = table && averagePgr(table)
      return {
        ...readCurve(curve),
        ...readProbabilities(draw),
        apgr,
        'oracle.quality': meanDrawn(draw, better),
        'baselines.taskTable.apgr': tableApgr,
        apgrAboveTaskTable: apgr === undefined || tableApgr === undefined ? undefined : apgr - tableApgr,
        ...plane.replicate(draw, { router: curve, table }),
        ...Object.assign({}, ...log.levels.map((level) => readLevel(draw, log, level))),
      } satisfies Values
    },
    options,
  )
  const known = Object.entries<Interval | undefined>(intervals).filter(
    ([, interval]) => interval !== undefined,
  )
  return Object.fromEntries(known) as Record<string, Interval>
}

function readCurve(curve: QualityCurve): Values {
  const drops = REPORTED_DROPS.map((drop) => [
    `costAdvantageAtDrop.${drop}`,
    costAdvantageAtDrop(curve, drop),
  ])
  const gap = meanGapOfCurve(curve)
  return {
    'small.quality': curve.quality.at(-1),
    'large.quality': curve.quality[0],
    cpt50: callPerformanceThreshold(curve, 0.5),
    cpt80: callPerformanceThreshold(curve, 0.8),
    'meanGap.small': gap?.small,
    'meanGap.large': gap?.large,
    'meanGap.difference': gap?.difference,
    ...(Object.fromEntries(drops) as Values),
  }
}

function readLevel(draw: Draw, { small, large }: TrialLog, { asked, kept }: LevelTrials): Values {
  let routed = 0
  let allLarge = 0
  let keptSmall = 0
  for (let i = 0; i < kept.length; i++) {
    const copies = draw[i] ?? 0
    const isSmall = kept[i] === 1
    routed += copies * ((isSmall ? small[i] : large[i]) ?? 0)
    allLarge += copies * (large[i] ?? 0)
    if (isSmall) keptSmall += copies
  }
  return {
    [`levels.${asked}.delivered`]: allLarge === 0 ? undefined : routed / allLarge,
    [`levels.${asked}.costAdvantage`]: keptSmall / kept.length,
  }
}

/** Rows on which the estimator failed have no probability and are left out. */
function createProbabilityReader({ scores, labels }: TrialLog): (draw: Draw) => Values {
  const order = orderOf(scores).filter((query) => scores[query] !== FAILED_SCORE)
  return (draw) => {
    const probabilities = expandDraw(draw, order, scores)
    if (probabilities.length === 0) return {}
    const truth = expandDraw(draw, order, labels)
    return {
      'calibration.auroc': auroc(probabilities, truth),
      'calibration.brierScore': brierScore(probabilities, truth),
    }
  }
}

function meanDrawn(draw: Draw, values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < draw.length; i++) sum += (draw[i] ?? 0) * (values[i] ?? 0)
  return sum / draw.length
}
