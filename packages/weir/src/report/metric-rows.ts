/**
 * The metric table of a report, once for the terminal and the page: name, value, interval, and what it means in plain words. Definitions
 * and sources are docs/metrics.md.
 */
import { between, decimal, percent, UNKNOWN } from './format.ts'
import { listEfficiency } from './efficiency-rows.ts'
import type { Evaluation } from './evaluation.ts'

export interface MetricRow {
  readonly name: string
  readonly value: string
  readonly interval: string
  readonly meaning: string
}

export function listMetrics(evaluation: Evaluation): readonly MetricRow[] {
  const at = (name: string, show?: (value: number) => string): string =>
    between(evaluation.intervals[name], show)
  const drops = Object.entries(evaluation.costAdvantageAtDrop).map(([drop, value]) => ({
    name: `kept small at ${percent(Number(drop), 0)} drop`,
    value: percent(value),
    interval: at(`costAdvantageAtDrop.${drop}`, percent),
    meaning: `largest share of calls the scores could keep small with ${lessThanLarge(Number(drop))}`,
  }))
  return [
    {
      name: 'APGR',
      value: decimal(evaluation.apgr),
      interval: at('apgr'),
      meaning: 'part of the quality gap recovered, averaged over all shares of large calls; random is 0.5',
    },
    {
      name: 'CPT(50%)',
      value: percent(evaluation.cpt50),
      interval: at('cpt50', percent),
      meaning: 'least share of large calls that recovers half the gap; lower is better',
    },
    {
      name: 'CPT(80%)',
      value: percent(evaluation.cpt80),
      interval: at('cpt80', percent),
      meaning: 'least share of large calls that recovers 80% of the gap; lower is better',
    },
    ...drops,
    ...listEfficiency(evaluation),
    ...listHealth(evaluation),
  ]
}

function lessThanLarge(drop: number): string {
  return drop === 0
    ? 'no less quality than all large'
    : `at most ${percent(drop, 0)} less quality than all large`
}

function listHealth(evaluation: Evaluation): readonly MetricRow[] {
  const { meanGap, calibration, reliability, intervals } = evaluation
  return [
    {
      name: 'mean-gap difference',
      value: decimal(meanGap.difference),
      interval: between(intervals['meanGap.difference']),
      meaning:
        `health test: gap to the large model on queries kept (${decimal(meanGap.small)}) minus on those sent ` +
        `(${decimal(meanGap.large)}), at half and half; 0 means nothing was learned`,
    },
    {
      name: 'calibration error',
      value: decimal(reliability?.expectedCalibrationError),
      interval: UNKNOWN,
      meaning:
        'how far predicted probabilities are from what happened, on average (ECE, bins of equal mass); a perfectly calibrated router would ' +
        `show ${decimal(reliability?.ifCalibrated.mean)} here, above ${decimal(reliability?.ifCalibrated.high)} in 5% of cases`,
    },
    {
      name: 'AUROC',
      value: decimal(calibration?.auroc),
      interval: between(intervals['calibration.auroc']),
      meaning:
        'chance that a query the small model can do scores above one it cannot; 0.5 is no better than a coin',
    },
    {
      name: 'Brier score',
      value: decimal(calibration?.brierScore),
      interval: between(intervals['calibration.brierScore']),
      meaning: 'mean squared error of the predicted probabilities; lower is better',
    },
  ]
}
