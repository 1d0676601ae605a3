/**
 * Trials over a pool -> PoolComparison: every statistic of every system on every split, its mean and spread over the splits, its interval, and
 * which differences are real. As in create-comparison.ts a resample draws questions, once for all splits and systems.
 */
import { DEFAULT_RESAMPLES, percentileInterval, resample, type Draw } from './bootstrap.ts'
import type { OverSplits } from './comparison.ts'
import type { ComparisonOptions } from './create-comparison.ts'
import { summariseService } from './pool-service.ts'
import { meanOf, summariseSplits } from './over-splits.ts'
import { SIGNIFICANCE } from './paired-tests.ts'
import type { PlanePoints } from './plane-points.ts'
import {
  POOL_STATISTICS,
  type PoolComparison,
  type PoolNullName,
  type PoolPoint,
  type PoolStatistic,
  type PoolSystem,
} from './pool-comparison.ts'
import { createSplitReader, type MeasuredSplit } from './pool-statistics.ts'
import { poolReplicateName, testPoolMethods, type PoolReplicates, type ScoredSystem } from './pool-tests.ts'
import type { PoolComparisonTrials } from './pool-trials.ts'
import { orderDraw } from './redraw.ts'

/** Needs a split, a method, and a tested row in every split. */
export function createPoolComparison(
  trials: PoolComparisonTrials,
  { seed = 1, resamples = resamplesFor(trials.methods.length) }: ComparisonOptions = {},
): PoolComparison {
  const { splits, methods } = trials
  const readers = splits.map((split) => createSplitReader(trials, split))
  const measured = readers.map((read, at) => read(everyRow(splits[at]?.tested.length ?? 0)))
  const scored = collectSystems(methods, measured)
  const replicates = drawReplicates(trials, readers, { seed, resamples })
  const systems = scored.map(({ name, of }) => describeSystem({ name, of, trials, replicates }))
  return {
    models: describeModels(trials),
    costUnit: trials.costUnit,
    rows: trials.questionOf.length,
    questions: trials.questions,
    splits: splits.map(({ seed: one, trainingRows, tested, lessonSeconds }) => ({
      seed: one,
      trainingRows,
      testedRows: tested.length,
      lessonSeconds,
    })),
    costRange: {
      from: meanOf(measured.map(({ range }) => range.from)) ?? 0,
      to: meanOf(measured.map(({ range }) => range.to)) ?? 0,
    },
    systems,
    tests: testPoolMethods(methods, scored, replicates),
    labelShares: [],
    significance: SIGNIFICANCE,
    undefinedBecause: findReasons(systems),
    resamplingSeed: seed,
    resamples,
  }
}

/** The least p-value of B resamples, 2 / (1 + B), must outlive the correction for three tests a method: 60 a test leave 0.033 of it. */
function resamplesFor(methods: number): number {
  return Math.max(2 * DEFAULT_RESAMPLES, 60 * 3 * methods)
}

const NULLS: readonly PoolNullName[] = ['random', 'bestSingle', 'hullOfSingles', 'bestPerTaskType', 'oracle']

const KNOWS: Readonly<Record<string, PoolSystem['knows']>> = {
  random: 'nothing',
  bestSingle: 'nothing',
  hullOfSingles: 'answers',
  bestPerTaskType: 'category',
  oracle: 'answers',
}

/** A null that a split lacks is left out. */
function collectSystems(
  methods: readonly string[],
  measured: readonly MeasuredSplit[],
): readonly ScoredSystem[] {
  const nulls = NULLS.flatMap((name) => {
    const of = measured.flatMap(({ nulls: all }) => all[name] ?? [])
    return of.length < measured.length ? [] : [{ name, of }]
  })
  return [
    ...nulls,
    ...methods.map((name, at) => ({ name, of: measured.flatMap((split) => split.methods[at] ?? []) })),
  ]
}

function everyRow(rows: number): Draw {
  return new Uint16Array(rows).fill(1)
}

/** Means over the splits of every statistic of every system, from the same draws of questions. */
function drawReplicates(
  { questionOf, questions, splits, methods }: PoolComparisonTrials,
  readers: readonly ((draw: Draw) => MeasuredSplit)[],
  options: Required<ComparisonOptions>,
): PoolReplicates {
  const places = splits.map(({ tested }) => Uint32Array.from(tested, (row) => questionOf[row] ?? 0))
  const draws = places.map((of) => new Uint16Array(of.length))
  return resample(
    questions,
    (draw) => {
      for (const [at, own] of draws.entries()) orderDraw(draw, places[at] ?? new Uint32Array(), own)
      const measured = readers.map((read, at) => read(draws[at] ?? new Uint16Array()))
      const means: Record<string, number | undefined> = {}
      for (const { name, of } of collectSystems(methods, measured))
        for (const statistic of POOL_STATISTICS)
          means[poolReplicateName(name, statistic)] = meanOf(of.map(({ values }) => values[statistic]))
      return means
    },
    options,
  )
}

interface SystemInput extends ScoredSystem {
  readonly trials: PoolComparisonTrials
  readonly replicates: PoolReplicates
}

function describeSystem({ name, of, trials, replicates }: SystemInput): PoolSystem {
  const entries = POOL_STATISTICS.map((statistic) => [
    statistic,
    summariseSplits(
      of.map(({ values }) => values[statistic]),
      percentileInterval(replicates.get(poolReplicateName(name, statistic)) ?? []),
    ),
  ])
  const at = trials.methods.indexOf(name)
  const isMethod = at >= 0 && !(name in KNOWS)
  return {
    name,
    kind: isMethod ? 'method' : 'null',
    knows: KNOWS[name] ?? 'text',
    statistics: Object.fromEntries(entries) as Record<PoolStatistic, OverSplits | null>,
    curve: averagePoints(of.map(({ points }) => points)),
    service: isMethod ? summariseService(trials, at) : null,
  }
}

/** Point by point; the hull of singles, whose points are others on every split, keeps the first split's. */
function averagePoints(of: readonly PlanePoints[]): readonly PoolPoint[] {
  const [first] = of
  if (first === undefined) return []
  const same = of.filter(({ cost }) => cost.length === first.cost.length)
  const used = same.length === of.length ? of : [first]
  return [...first.cost.keys()].map((point) => ({
    cost: meanOf(used.map(({ cost }) => cost[point])) ?? 0,
    quality: meanOf(used.map(({ quality }) => quality[point])) ?? 0,
  }))
}

function describeModels({
  models,
  qualities,
  costs,
  questionOf,
}: PoolComparisonTrials): PoolComparison['models'] {
  const rows = questionOf.length
  const mean = (values: ArrayLike<number>, place: number): number => {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += values[row * models.length + place] ?? 0
    return sum / rows
  }
  return models.map((model, place) => ({
    model,
    meanQuality: mean(qualities, place),
    meanCost: mean(costs, place),
  }))
}

function findReasons(systems: readonly PoolSystem[]): Readonly<Record<string, string>> {
  const methods = systems.filter(({ kind }) => kind === 'method')
  const lacks = (statistic: PoolStatistic): boolean =>
    methods.some(({ statistics }) => statistics[statistic] === null)
  const reasons: Record<string, string> = {}
  if (lacks('hullGain'))
    reasons['hullGain'] = 'all models cost the same on the rows of at least one split: no range of costs'
  if (lacks('apgr') && !lacks('hullGain'))
    reasons['apgr'] =
      'the dearest model is as good as the cheapest on the rows of at least one split: no gap to recover'
  if (lacks('qualityNeutralCost'))
    reasons['qualityNeutralCost'] =
      'on the rows of at least one split no operating point of a method is as good as the best single model'
  if (!systems.some(({ name }) => name === 'bestPerTaskType'))
    reasons['bestPerTaskType'] = 'training rows of at least one split have no category'
  if (methods.some(({ service }) => service?.inferenceEfficiencyScore === null))
    reasons['inferenceEfficiencyScore'] =
      'calls were not metered or not timed, or the budget of 20% does not bind'
  return reasons
}
