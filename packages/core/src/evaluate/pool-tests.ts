/**
 * Which methods of a pool differ, by the paired bootstrap (bootstrap-test.ts) with Holm's correction over all of them (holm.ts):
 *
 *   mean utility    each method against the first one, and each against the best model per task type
 *   hull gain       each method against the hull of single models
 *
 * Two statistics on purpose: every further one would cost all of them power.
 */
import { percentileInterval } from './bootstrap.ts'
import { bootstrapPValue } from './bootstrap-test.ts'
import { adjustHolm } from './holm.ts'
import { summariseSplits } from './over-splits.ts'
import { SIGNIFICANCE } from './paired-tests.ts'
import type { PoolStatistic, PoolTest } from './pool-comparison.ts'
import type { MeasuredSystem } from './pool-statistics.ts'

/** One system on every split. */
export interface ScoredSystem {
  readonly name: string
  readonly of: readonly MeasuredSystem[]
}

/** By system and statistic: one value per resample, the mean over splits. */
export type PoolReplicates = ReadonlyMap<string, readonly (number | undefined)[]>

export function poolReplicateName(system: string, statistic: PoolStatistic): string {
  return `${system} ${statistic}`
}

type Planned = Pick<PoolTest, 'method' | 'against' | 'statistic'>

export function testPoolMethods(
  methods: readonly string[],
  scored: readonly ScoredSystem[],
  replicates: PoolReplicates,
): readonly PoolTest[] {
  const [first = ''] = methods
  const plan = (against: string, statistic: PoolTest['statistic']): readonly Planned[] =>
    methods.filter((method) => method !== against).map((method) => ({ method, against, statistic }))
  const planned = [
    ...plan(first, 'meanUtility'),
    ...plan('bestPerTaskType', 'meanUtility'),
    ...plan('hullOfSingles', 'hullGain'),
  ]
  const find = (name: string): ScoredSystem | undefined => scored.find((one) => one.name === name)
  const tests = planned.flatMap((one) => {
    const [mine, theirs] = [find(one.method), find(one.against)]
    return mine === undefined || theirs === undefined ? [] : [testOne(one, [mine, theirs], replicates)]
  })
  const tested = tests.filter(({ pValue }) => pValue !== null)
  const adjusted = adjustHolm(tested.map(({ pValue }) => pValue ?? 1))
  return tests.map((test) => {
    const adjustedPValue = adjusted[tested.indexOf(test)] ?? null
    return { ...test, adjustedPValue, verdict: judge(test, adjustedPValue) }
  })
}

type Untested = Omit<PoolTest, 'adjustedPValue' | 'verdict'>

function testOne(
  planned: Planned,
  [mine, theirs]: readonly [ScoredSystem, ScoredSystem],
  replicates: PoolReplicates,
): Untested {
  const { statistic } = planned
  const differences = mine.of.map(({ values }, at) =>
    minus(values[statistic], theirs.of[at]?.values[statistic]),
  )
  const others = replicates.get(poolReplicateName(theirs.name, statistic)) ?? []
  const drawn = (replicates.get(poolReplicateName(mine.name, statistic)) ?? []).map((value, at) =>
    minus(value, others[at]),
  )
  const interval = percentileInterval(drawn)
  const difference = summariseSplits(differences, interval)
  return {
    ...planned,
    difference,
    ahead: differences.filter((value) => value !== undefined && value > 0).length,
    behind: differences.filter((value) => value !== undefined && value < 0).length,
    // Without an interval the resamples are a selection, and their share on one side means nothing.
    pValue:
      difference === null || interval === undefined
        ? null
        : (bootstrapPValue(drawn.filter((value) => value !== undefined)) ?? null),
  }
}

function minus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a - b
}

function judge({ difference }: Untested, adjustedPValue: number | null): PoolTest['verdict'] {
  if (difference === null || adjustedPValue === null || adjustedPValue >= SIGNIFICANCE)
    return 'not told apart'
  return difference.mean > 0 ? 'better' : 'worse'
}
