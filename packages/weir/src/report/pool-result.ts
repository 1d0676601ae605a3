/**
 * What `weir compare --models` measured, with where it came from: the object that --json prints, that the terminal shows and the page draws.
 */
import type { PoolComparison, SplitPlan } from '@weir/core'
import { dollars, counted, decimal, percent } from './format.ts'

export interface PoolResult extends PoolComparison {
  readonly plan: SplitPlan
  readonly seeds: readonly number[]
  /** SHA-256 of the rows read, hex. */
  readonly dataHash: string
  /** Files as named on the command line. */
  readonly files: readonly string[]
  readonly rowsRead: number
  /** Bad rows left out. */
  readonly skipped: number
  /** What a reader should know before trusting the numbers. */
  readonly warnings: readonly string[]
}

/** Rows that a difference of some points rests on. */
const FEW_ROWS = 300

export function collectPoolWarnings({ rows, systems, tests }: PoolComparison): readonly string[] {
  const failures = systems.reduce((sum, { service }) => sum + (service?.failures ?? 0), 0)
  return [
    ...(rows < FEW_ROWS ? [`Only ${counted(rows, 'row')}: read the intervals, not the numbers.`] : []),
    ...(failures > 0 ? [`An estimator failed ${counted(failures, 'time')}.`] : []),
    // The p-value knows nothing of the chance in training; splits that disagree do.
    ...tests
      .filter(({ verdict, ahead, behind }) => verdict !== 'not told apart' && ahead > 0 && behind > 0)
      .map(
        ({ method, against, verdict, ahead, behind }) =>
          `${method} is ${verdict} than ${poolTitleOf(against)} on the mean, but the splits disagree (ahead on ${ahead}, behind on ${behind}): ` +
          'chance in training may explain it; take more seeds.',
      ),
  ]
}

const TITLES: Readonly<Record<string, string>> = {
  random: 'random model',
  bestSingle: 'best single model',
  hullOfSingles: 'hull of singles',
  bestPerTaskType: 'best per task type',
  oracle: 'oracle',
}

/** Name as people read it; methods keep theirs. */
export function poolTitleOf(name: string): string {
  return TITLES[name] ?? name
}

/** A cost on the comparison's axis. */
export function showCost({ costUnit }: Pick<PoolComparison, 'costUnit'>, cost: number): string {
  return costUnit === 'usd' ? dollars(cost) : decimal(cost)
}

/** How the rows were split, in words: 5 splits by question, 50% to train on, seeds 1 to 5. */
export function describePoolPlan({ plan, seeds, splits }: PoolResult): string {
  const how =
    plan.kind === 'folds'
      ? `${plan.folds} folds a seed`
      : `${percent(plan.trainingShare, 0)} of the questions to train on`
  const from = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`
  return `${counted(splits.length, 'split')} by question, ${how}, ${from}`
}
