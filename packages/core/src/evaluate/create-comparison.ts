/**
 * Trials -> Comparison: every statistic of every system on every split, its mean and spread over the splits, its interval, and which differences
 * are real.
 *
 * A row is tested in several splits, so that rows and splits are not independent: a resample draws questions, once for all splits and systems, and
 * averages over the splits. Intervals and p-values therefore speak of other queries of this kind for these trained routers; the spread over splits
 * beside them also holds the chance in training.
 */
import { DEFAULT_RESAMPLES, percentileInterval } from './bootstrap.ts'
import type { StatisticValues } from './compared-statistics.ts'
import {
  COMPARED_STATISTICS,
  type ComparedStatistic,
  type ComparedSystem,
  type Comparison,
  type NullName,
} from './comparison.ts'
import type { ComparisonTrials, SplitTrials } from './comparison-trials.ts'
import { measureNulls, NULL_KNOWS, type NullResult } from './null-systems.ts'
import { summariseSplits } from './over-splits.ts'
import { SIGNIFICANCE, testMethods } from './paired-tests.ts'
import {
  averageCurves,
  collectScored,
  drawReplicates,
  replicateName,
  type Replicates,
  type Scored,
} from './scored-systems.ts'
import { FAILED_SCORE } from './trial-log.ts'

export interface ComparisonOptions {
  /** Seed of the resampling. Default 1. */
  readonly seed?: number
  /** Default 2,000: the least p-value is then 0.001, which outlives the correction of 50 comparisons. */
  readonly resamples?: number
}

/** Needs a split, a method, and a tested row in every split. O(rows * splits * methods * resamples). */
export function createComparison(
  trials: ComparisonTrials,
  { seed = 1, resamples = 2 * DEFAULT_RESAMPLES }: ComparisonOptions = {},
): Comparison {
  const scored = collectScored(trials)
  const replicates = drawReplicates(trials, scored, { seed, resamples })
  const nulls = trials.splits.map((split) => measureNulls(trials, split))
  const systems = [
    ...NULLS.flatMap((name) => describeNull(name, { nulls, scored, replicates }) ?? []),
    ...scored
      .filter(({ name }) => trials.methods.includes(name))
      .map((one) => describe(one, replicates, knowsOf(one.name, trials))),
  ]
  return {
    pair: trials.pair,
    rows: trials.small.length,
    questions: trials.questions,
    costs: meanCosts(trials),
    splits: trials.splits.map(describeSplit),
    systems,
    tests: testMethods(trials.methods, scored, replicates),
    significance: SIGNIFICANCE,
    undefinedBecause: findReasons(systems),
    resamplingSeed: seed,
    resamples,
  }
}

/** Printed in this order; the oracle, which is a bound and no rival, is last of them. */
const NULLS: readonly NullName[] = [
  'allSmall',
  'allLarge',
  'bestSingle',
  'bestPerTaskType',
  'randomMix',
  'oracle',
]

function knowsOf(name: string, { methods, splits }: ComparisonTrials): ComparedSystem['knows'] {
  return splits[0]?.methods[methods.indexOf(name)]?.readsAnswers === true ? 'answer' : 'text'
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

function meanCosts({ costs }: ComparisonTrials): Comparison['costs'] {
  if (costs === undefined) return null
  return { smallUsd: mean(costs.small), largeUsd: mean(costs.large) }
}

function describe(
  { name, values, curve }: Scored,
  replicates: Replicates,
  knows: ComparedSystem['knows'],
): ComparedSystem {
  return {
    name,
    kind: 'method',
    knows,
    quality: null,
    costAdvantage: null,
    statistics: summarise(values, (statistic) => replicates.get(replicateName(name, statistic)) ?? []),
    curve,
  }
}

interface NullInput {
  readonly nulls: readonly Readonly<Record<NullName, NullResult | undefined>>[]
  readonly scored: readonly Scored[]
  readonly replicates: Replicates
}

/** Undefined when a split has no such null: without categories there is no best model per type. */
function describeNull(name: NullName, { nulls, scored, replicates }: NullInput): ComparedSystem | undefined {
  const results = nulls.flatMap((of) => of[name] ?? [])
  if (results.length < nulls.length) return undefined
  const values = scored.find((one) => one.name === name)?.values ?? results.map((one) => one.values)
  const curves = results.flatMap(({ curve }) => curve ?? [])
  return {
    name,
    kind: 'null',
    knows: NULL_KNOWS[name],
    quality: summariseSplits(results.map(({ quality }) => quality)),
    costAdvantage: summariseSplits(results.map(({ costAdvantage }) => costAdvantage)),
    statistics: summarise(values, (statistic) => replicates.get(replicateName(name, statistic)) ?? []),
    curve: curves.length < results.length ? null : averageCurves(curves),
  }
}

function summarise(
  values: readonly StatisticValues[],
  replicatesOf: (statistic: ComparedStatistic) => readonly (number | undefined)[],
): ComparedSystem['statistics'] {
  const entries = COMPARED_STATISTICS.map((statistic) => [
    statistic,
    summariseSplits(
      values.map((one) => one[statistic]),
      percentileInterval(replicatesOf(statistic)),
    ),
  ])
  return Object.fromEntries(entries) as ComparedSystem['statistics']
}

function describeSplit({ seed, trainingRows, tested, methods }: SplitTrials): Comparison['splits'][number] {
  const failures = methods.map(
    ({ scores }) => Array.from(scores).filter((score) => score === FAILED_SCORE).length,
  )
  return {
    seed,
    trainingRows,
    testedRows: tested.length,
    estimatorFailures: failures.reduce((sum, count) => sum + count, 0),
  }
}

function findReasons(systems: readonly ComparedSystem[]): Readonly<Record<string, string>> {
  const methods = systems.filter(({ kind }) => kind === 'method')
  const reasons: Record<string, string> = {}
  if (methods.some(({ statistics }) => statistics.apgr === null)) {
    const because =
      'on the rows of at least one split the large model is not better than the small one: no gap to recover'
    reasons['apgr'] = because
    reasons['cpt50'] = because
  }
  if (methods.some(({ statistics }) => statistics.auroc === null))
    reasons['auroc'] =
      'on the rows of at least one split the small model is good enough always, or never: nothing to rank'
  if (!systems.some(({ name }) => name === 'bestPerTaskType'))
    reasons['bestPerTaskType'] = 'training rows of at least one split have no category'
  const uncalibrated = methods.filter(({ statistics }) => statistics.expectedCalibrationError === null)
  if (uncalibrated.length > 0)
    reasons['expectedCalibrationError'] =
      `scores are no probabilities: ${uncalibrated.map(({ name }) => name).join(', ')}`
  return reasons
}
