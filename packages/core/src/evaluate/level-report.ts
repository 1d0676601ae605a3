/**
 * One quality level: asked against delivered. Reads the decisions that replay made, not the curve, so that it also sees what a policy does
 * beyond comparing a score with a threshold.
 */
import type { Interval } from './bootstrap.ts'
import type { LevelReport, ThrownAway } from './report.ts'
import type { LevelTrials, TrialLog } from './trial-log.ts'

export function createLevelReport(
  log: TrialLog,
  level: LevelTrials,
  intervals: Readonly<Record<string, Interval>>,
): LevelReport {
  const { asked, mode, threshold, kept } = level
  const quality = mean(pick(kept, log.small, log.large))
  const large = mean(log.large)
  const money = measureCost(log, level)
  return {
    asked,
    mode,
    threshold,
    delivered: large === 0 ? null : quality / large,
    deliveredInterval: intervals[`levels.${asked}.delivered`] ?? null,
    quality,
    costAdvantage: mean(kept),
    costAdvantageInterval: intervals[`levels.${asked}.costAdvantage`] ?? null,
    costUsd: money?.routed ?? null,
    costSaving: money === undefined || money.large === 0 ? null : 1 - money.routed / money.large,
    thrownAway: log.readsAnswers ? describeThrownAway(level) : null,
  }
}

function describeThrownAway({ paths }: LevelTrials): ThrownAway {
  const spent = paths.flatMap((path) => (path?.isWasted === true ? (path.wastedUsd ?? []) : [0]))
  return {
    fraction: mean(paths.map((path) => (path?.isWasted === true ? 1 : 0))),
    costUsd: paths.every((path) => path?.costUsd === undefined) ? null : mean(spent),
  }
}

/** Mean USD per query over the rows that know both costs; undefined when none does. */
function measureCost(
  { smallCosts, largeCosts }: TrialLog,
  { kept, paths }: LevelTrials,
): { readonly routed: number; readonly large: number } | undefined {
  const large = largeCosts.filter((cost) => cost !== undefined)
  const single = pick(kept, smallCosts, largeCosts)
  const routed = single
    .map((cost, row) => (cost === undefined ? cost : (paths[row]?.costUsd ?? cost)))
    .filter((cost) => cost !== undefined)
  return large.length === 0 ? undefined : { routed: mean(routed), large: mean(large) }
}

/** The small model's value where the query was kept, else the large model's. */
function pick<T>(kept: readonly number[], small: readonly T[], large: readonly T[]): readonly T[] {
  return large.map((value, i) => (kept[i] === 1 ? (small[i] ?? value) : value))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
