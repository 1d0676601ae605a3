/**
 * A quality level as table cells, the same on a terminal and on the page: asked for, how it was meant, and what came out.
 */
import type { LevelReport } from '@weir/core'
import { between, decimal, dollars, percent } from './format.ts'

export const LEVEL_TITLES: readonly string[] = [
  'asked',
  'mode',
  'delivered',
  '95% interval',
  'kept small',
  'quality',
  'cost a query',
  'saved',
  'thrown away',
  'of the cost',
]

/** One per title. */
export function toLevelCells(level: LevelReport): readonly string[] {
  return [
    level.asked.toFixed(2),
    // Without a threshold everything went to the large model.
    level.threshold === null ? 'all large' : (level.mode ?? ''),
    percent(level.delivered),
    between(level.deliveredInterval, percent),
    percent(level.costAdvantage),
    decimal(level.quality),
    dollars(level.costUsd),
    percent(level.costSaving),
    percent(level.thrownAway?.fraction ?? null),
    percent(shareOfCost(level)),
  ]
}

/** What the modes in a table mean, in a sentence. */
export function explainLevels(levels: readonly LevelReport[]): string {
  const isPromised = levels.some(({ mode }) => mode === 'promise')
  return isPromised
    ? 'Promises: kept with the confidence of the artifact on traffic like its calibration rows; a level that those rows cannot prove sends everything to the large model.'
    : 'Estimates: thresholds are point estimates, without guarantee.'
}

/** What answers that were not given took of the money. */
function shareOfCost({ thrownAway, costUsd }: LevelReport): number | null {
  const wasted = thrownAway?.costUsd ?? null
  return wasted === null || costUsd === null || costUsd === 0 ? null : wasted / costUsd
}
