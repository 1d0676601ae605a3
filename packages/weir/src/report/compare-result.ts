/**
 * What `weir compare` measured, with where it came from: the object that --json prints, that the terminal shows and the page draws.
 */
import type { ComparedSystem, Comparison, PairedTest, SplitPlan } from '@weir/core'
import { counted, percent } from './format.ts'

export interface ComparisonResult extends Comparison {
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

export function collectWarnings({ rows, systems, splits, pair, tests }: Comparison): readonly string[] {
  const warnings: string[] = []
  if (rows < FEW_ROWS) warnings.push(`Only ${counted(rows, 'row')}: read the intervals, not the numbers.`)
  const [small, large] = [findSystem(systems, 'allSmall'), findSystem(systems, 'allLarge')]
  if ((large?.quality?.mean ?? 0) <= (small?.quality?.mean ?? 0))
    warnings.push(`${pair.large} is not better than ${pair.small} here: pin the small model.`)
  const failures = splits.reduce((sum, { estimatorFailures }) => sum + estimatorFailures, 0)
  if (failures > 0) warnings.push(`An estimator failed ${counted(failures, 'time')}.`)
  return [...warnings, ...tests.flatMap(warnOfDisagreement)]
}

/** The p-value knows nothing of the chance in training; splits that disagree do. */
function warnOfDisagreement({ method, against, verdict, ahead, behind }: PairedTest): readonly string[] {
  if (verdict === 'not told apart' || ahead === 0 || behind === 0) return []
  return [
    `${method} is ${verdict} than ${titleOf(against)} on the mean, but the splits disagree (ahead on ${ahead}, behind on ${behind}): chance in ` +
      'training may explain it; take more seeds.',
  ]
}

export function findSystem(systems: readonly ComparedSystem[], name: string): ComparedSystem | undefined {
  return systems.find((one) => one.name === name)
}

const TITLES: Readonly<Record<string, string>> = {
  allSmall: 'all small',
  allLarge: 'all large',
  bestSingle: 'best single model',
  bestPerTaskType: 'best per task type',
  randomMix: 'random mix',
  oracle: 'oracle',
}

/** Name as people read it; methods keep theirs. */
export function titleOf(name: string): string {
  return TITLES[name] ?? name
}

/** How the rows were split, in words: 5 splits by question, 50% to train on, seeds 1 to 5. */
export function describePlan({ plan, seeds, splits }: ComparisonResult): string {
  const how =
    plan.kind === 'folds'
      ? `${plan.folds} folds a seed`
      : `${percent(plan.trainingShare, 0)} of the questions to train on`
  const from = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`
  return `${counted(splits.length, 'split')} by question, ${how}, ${from}`
}
