/**
 * Systems that score queries, over all splits: their numbers on the rows as they are, and on every resample of the questions.
 */
import { createQualityCurve } from '../math/quality-curve.ts'
import { resample, type BootstrapOptions, type Draw } from './bootstrap.ts'
import { createStatisticsReader, readAtHundredths, type StatisticValues } from './compared-statistics.ts'
import { COMPARED_STATISTICS, type ComparedStatistic, type ComparedSystem } from './comparison.ts'
import type { ComparisonTrials, SplitTrials } from './comparison-trials.ts'
import { meanOf } from './over-splits.ts'
import { orderDraw } from './redraw.ts'

/** A system with scores on every split. */
export interface Scored {
  readonly name: string
  readonly readers: readonly ((draw: Draw) => StatisticValues)[]
  /** On the rows as they are, one per split. */
  readonly values: readonly StatisticValues[]
  /** Mean over splits, at hundredths. */
  readonly curve: ComparedSystem['curve']
}

/** By system, then by statistic: one value per resample, the mean over splits. */
export type Replicates = ReadonlyMap<string, readonly (number | undefined)[]>

export function replicateName(system: string, statistic: ComparedStatistic): string {
  return `${system} ${statistic}`
}

/** The methods, and the task-type table when every split has one. */
export function collectScored(trials: ComparisonTrials): readonly Scored[] {
  const { splits, methods } = trials
  const byMethod = methods.map((name, at) =>
    createScored(name, trials, {
      scoresOf: (split) => split.methods[at]?.scores ?? [],
      errorOf: (split) => split.methods[at]?.expectedCalibrationError ?? undefined,
      readsAnswers: (split) => split.methods[at]?.readsAnswers === true,
    }),
  )
  if (!splits.every(({ taskScores }) => taskScores !== undefined)) return byMethod
  const table = createScored('bestPerTaskType', trials, {
    scoresOf: ({ taskScores }) => taskScores ?? [],
    errorOf: () => undefined,
    readsAnswers: () => false,
  })
  return [table, ...byMethod]
}

interface ScoreSource {
  scoresOf(split: SplitTrials): ArrayLike<number>
  errorOf(split: SplitTrials): number | undefined
  /** Whether an escalated query has paid for both models. */
  readsAnswers(split: SplitTrials): boolean
}

function createScored(name: string, trials: ComparisonTrials, source: ScoreSource): Scored {
  const { splits } = trials
  const columns = splits.map((split) => ({
    scores: source.scoresOf(split),
    small: pick(trials.small, split.tested),
    large: pick(trials.large, split.tested),
    labels: pick(trials.labels, split.tested),
  }))
  const readers = columns.map(({ labels, ...one }) => createStatisticsReader(one, labels))
  return {
    name,
    readers,
    values: readers.map((read, at) => ({
      ...read(new Uint16Array(splits[at]?.tested.length ?? 0).fill(1)),
      expectedCalibrationError: splits[at] && source.errorOf(splits[at]),
    })),
    curve: averageCurves(
      columns.map((one) => readAtHundredths(createQualityCurve(one))),
      splits.flatMap((split) => costsAtHundredths(trials, split, source) ?? []),
    ),
  }
}

/** Mean cost at each hundredth of the share kept small; undefined when costs are not known. */
function costsAtHundredths(
  { costs }: ComparisonTrials,
  split: SplitTrials,
  source: ScoreSource,
): Float64Array | undefined {
  if (costs === undefined) return undefined
  const small = pick(costs.small, split.tested)
  const large = pick(costs.large, split.tested)
  const escalated = source.readsAnswers(split) ? large.map((cost, row) => cost + (small[row] ?? 0)) : large
  return readAtHundredths(createQualityCurve({ scores: source.scoresOf(split), small, large: escalated }))
}

function pick(values: ArrayLike<number>, rows: readonly number[]): Float64Array {
  return Float64Array.from(rows, (row) => values[row] ?? 0)
}

/** Means over the splits of every statistic of every scored system, from the same draws of questions. */
export function drawReplicates(
  { questionOf, questions, splits }: ComparisonTrials,
  scored: readonly Scored[],
  options: BootstrapOptions,
): Replicates {
  const places = splits.map(({ tested }) => Uint32Array.from(tested, (row) => questionOf[row] ?? 0))
  const draws = places.map((of) => new Uint16Array(of.length))
  return resample(
    questions,
    (draw) => {
      for (const [at, own] of draws.entries()) orderDraw(draw, places[at] ?? new Uint32Array(), own)
      const means: Record<string, number | undefined> = {}
      for (const { name, readers } of scored) {
        const values = readers.map((read, at) => read(draws[at] ?? new Uint16Array()))
        for (const statistic of COMPARED_STATISTICS)
          means[replicateName(name, statistic)] = meanOf(values.map((one) => one[statistic]))
      }
      return means
    },
    options,
  )
}

/** `costs`: as `curves`, in USD; none when they are not known. */
export function averageCurves(
  curves: readonly Float64Array[],
  costs: readonly Float64Array[] = [],
): NonNullable<ComparedSystem['curve']> {
  const steps = (curves[0]?.length ?? 1) - 1
  return Array.from({ length: steps + 1 }, (_, step) => {
    const costUsd = costs.length === 0 ? undefined : meanOf(costs.map((curve) => curve[step]))
    return {
      costAdvantage: step / steps,
      quality: meanOf(curves.map((curve) => curve[step])) ?? 0,
      ...(costUsd === undefined ? {} : { costUsd }),
    }
  })
}
