/**
 * The numbers a comparison reads off the scores of one system on one split, for any draw of the tested rows; each is defined in its own file.
 */
import { auroc } from '../math/auroc.ts'
import { averagePgr } from '../math/average-pgr.ts'
import { createQualityCurve, type QualityCurve, type Trials } from '../math/quality-curve.ts'
import type { Draw } from './bootstrap.ts'
import { callPerformanceThreshold } from './call-performance-threshold.ts'
import type { ComparedStatistic } from './comparison.ts'
import { costAdvantageAtDrop } from './cost-advantage.ts'
import { orderDraw, orderOf, orderTrials, orderValues } from './redraw.ts'
import { REPORTED_DROPS } from './report.ts'

/** One value per name; undefined where it has none. */
export type StatisticValues = Partial<Record<ComparedStatistic, number | undefined>>

/** `labels`: share of sample pairs on which the small model is good enough, one per row. */
export function createStatisticsReader(
  trials: Trials,
  labels: ArrayLike<number>,
): (draw: Draw) => StatisticValues {
  const order = orderOf(trials.scores)
  const ordered = orderTrials(trials, order)
  const orderedLabels = orderValues(labels, order)
  const into = new Uint16Array(order.length)
  return (draw) => {
    const copies = orderDraw(draw, order, into)
    const values = readCurve(createQualityCurve(ordered, copies))
    values.auroc = auroc(ordered.scores, orderedLabels, copies)
    return values
  }
}

export function readCurve(curve: QualityCurve): StatisticValues {
  const values: StatisticValues = {
    apgr: averagePgr(curve),
    cpt50: callPerformanceThreshold(curve, 0.5),
  }
  for (const drop of REPORTED_DROPS) values[`costAdvantageAtDrop.${drop}`] = costAdvantageAtDrop(curve, drop)
  return values
}

/** Shares at which curves of different splits are averaged: 0, 0.01, ..., 1. */
const STEPS = 100

/** Quality at each hundredth of the share kept small; straight lines between operating points, which mixing two thresholds reaches. */
export function readAtHundredths({ costAdvantage, quality }: QualityCurve): Float64Array {
  const values = new Float64Array(STEPS + 1)
  let i = 1
  for (let step = 0; step <= STEPS; step++) {
    const share = step / STEPS
    while (i < costAdvantage.length - 1 && (costAdvantage[i] ?? 1) < share) i += 1
    const [from, to] = [costAdvantage[i - 1] ?? 0, costAdvantage[i] ?? 1]
    const part = (share - from) / (to - from)
    values[step] = (1 - part) * (quality[i - 1] ?? 0) + part * (quality[i] ?? 0)
  }
  return values
}
