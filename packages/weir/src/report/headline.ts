/**
 * The finding in plain words, for someone who reads nothing else: what quality is kept and what is saved at one level.
 */
import { between, counted, dollars, percent } from './format.ts'
import { subjectOf, type Evaluation } from './evaluation.ts'
import type { LevelReport } from '@weir/core'

/** The level that headlines speak of. */
export const HEADLINE_LEVEL = 0.95

/** The report's level nearest to the headline's. */
export function headlineLevel({ levels }: Pick<Evaluation, 'levels'>): LevelReport | undefined {
  return [...levels].sort(
    (a, b) => Math.abs(a.asked - HEADLINE_LEVEL) - Math.abs(b.asked - HEADLINE_LEVEL),
  )[0]
}

export function renderHeadline(evaluation: Evaluation): string {
  const level = headlineLevel(evaluation)
  if (level === undefined || level.delivered === null) {
    return `On ${counted(evaluation.rows, 'query')} no level could be measured: the large model never scores above 0.`
  }
  const asked = percent(level.asked, 0)
  if (level.threshold === null) {
    return (
      `At level ${level.asked} every query goes to ${evaluation.large.model}: no threshold kept ${asked} of its quality on the ` +
      'calibration rows, so nothing is saved.'
    )
  }
  const kept = `keeps ${percent(level.delivered)} of ${evaluation.large.model}'s quality`
  const moved = `sends ${percent(level.costAdvantage)} of the calls to ${evaluation.small.model}`
  return (
    `Asked to keep ${asked} of the large model's quality, the ${subjectOf(evaluation)} ${kept} (95% interval ` +
    `${between(level.deliveredInterval, percent)}) and ${moved}${renderMoney(level, evaluation)}.`
  )
}

function renderMoney({ costSaving, costUsd }: LevelReport, { large }: Evaluation): string {
  if (costSaving === null) return ''
  return `, which costs ${percent(costSaving)} less (${dollars(costUsd)} a query instead of ${dollars(large.costUsd)})`
}
