/**
 * Which methods differ: each against the first one and against the best model per task type, on APGR, by the paired bootstrap (bootstrap-test.ts)
 * with Holm's correction over all of them (holm.ts). One statistic on purpose: every further one would cost all of them power.
 */
import { percentileInterval } from './bootstrap.ts'
import { bootstrapPValue } from './bootstrap-test.ts'
import type { PairedTest, Verdict } from './comparison.ts'
import { adjustHolm } from './holm.ts'
import { summariseSplits } from './over-splits.ts'
import { replicateName, type Replicates, type Scored } from './scored-systems.ts'

/** Chance of even one false "better" or "worse" in a comparison. */
export const SIGNIFICANCE = 0.05

/** In the order: all methods against the first, then all against the task types. */
export function testMethods(
  methods: readonly string[],
  scored: readonly Scored[],
  replicates: Replicates,
): readonly PairedTest[] {
  const find = (name: string): readonly Scored[] => scored.filter((one) => one.name === name)
  const [first = ''] = methods
  const pairs = [
    ...methods.slice(1).map((name) => [name, first] as const),
    ...(find('bestPerTaskType').length === 0
      ? []
      : methods.map((name) => [name, 'bestPerTaskType'] as const)),
  ]
  const tests = pairs.flatMap(([name, against]) =>
    find(name).flatMap((one) => find(against).map((other) => compareTwo(one, other, replicates))),
  )
  const tested = tests.filter(({ pValue }) => pValue !== null)
  const adjusted = adjustHolm(tested.map(({ pValue }) => pValue ?? 1))
  return tests.map((test) => {
    const adjustedPValue = adjusted[tested.indexOf(test)] ?? null
    return { ...test, adjustedPValue, verdict: judge(test, adjustedPValue) }
  })
}

type Untested = Omit<PairedTest, 'adjustedPValue' | 'verdict'>

function compareTwo(one: Scored, other: Scored, replicates: Replicates): Untested {
  const differences = one.values.map(({ apgr }, at) => minus(apgr, other.values[at]?.apgr))
  const mine = replicates.get(replicateName(one.name, 'apgr')) ?? []
  const theirs = replicates.get(replicateName(other.name, 'apgr')) ?? []
  const drawn = mine.map((apgr, at) => minus(apgr, theirs[at]))
  const interval = percentileInterval(drawn)
  const difference = summariseSplits(differences, interval)
  return {
    method: one.name,
    against: other.name,
    statistic: 'apgr',
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

function judge({ difference }: Untested, adjustedPValue: number | null): Verdict {
  if (difference === null || adjustedPValue === null || adjustedPValue >= SIGNIFICANCE)
    return 'not told apart'
  return difference.mean > 0 ? 'better' : 'worse'
}
