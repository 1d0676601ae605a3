/**
 * Comparison: several routers and the nulls they must beat, on the same splits of the same rows; what `weir compare --json` prints. Fields only get
 * added. A number that cannot be given is null, and `undefinedBecause` says why.
 *
 * Units: qualities are mean scores in [0, 1]; shares are fractions.
 */
import type { Pair } from '../contract/candidate.ts'
import type { Interval } from './bootstrap.ts'
import { REPORTED_DROPS } from './report.ts'

/** What is measured of every scored system, by the names that `Report` has for it. */
export type ComparedStatistic =
  | 'apgr'
  | 'cpt50'
  | 'auroc'
  | 'expectedCalibrationError'
  | `costAdvantageAtDrop.${number}`

export const COMPARED_STATISTICS: readonly ComparedStatistic[] = [
  'apgr',
  ...REPORTED_DROPS.map((drop): ComparedStatistic => `costAdvantageAtDrop.${drop}`),
  'cpt50',
  'auroc',
  'expectedCalibrationError',
]

/** A number measured on every split. */
export interface OverSplits {
  readonly mean: number
  /** Standard deviation over the splits (n - 1): chance in training and in the rows tested. Null with one split. */
  readonly sd: number | null
  /** 95%, of the mean: questions resampled, the same draw for every split and system. Null where none is computed. */
  readonly interval: Interval | null
  /** One per split. */
  readonly values: readonly number[]
}

/** Systems that are always there: rules that need no router. */
export type NullName = 'allSmall' | 'allLarge' | 'bestSingle' | 'bestPerTaskType' | 'randomMix' | 'oracle'

export interface ComparedSystem {
  /** A NullName, or the name of a method. */
  readonly name: string
  readonly kind: 'null' | 'method'
  /** What it decides from. `category`: the row's given task type; `answer`: the small model's answer; `answers`: the scores of both models. A live router has the text alone. */
  readonly knows: 'nothing' | 'text' | 'answer' | 'category' | 'answers'
  /** Of its one operating point; null for systems that have many and prefer none. */
  readonly quality: OverSplits | null
  readonly costAdvantage: OverSplits | null
  readonly statistics: Readonly<Record<ComparedStatistic, OverSplits | null>>
  /** Mean quality over the splits at 101 shares kept small, 0 to 1; between operating points by straight lines. Null without scores. */
  readonly curve: readonly ComparedPoint[] | null
}

export interface ComparedPoint {
  readonly costAdvantage: number
  readonly quality: number
  /** Mean cost of a query, every call it made included, USD; absent when the rows do not know costs, and for nulls. */
  readonly costUsd?: number
}

export type Verdict = 'better' | 'worse' | 'not told apart'

/** One comparison of a method with another system, both on the same rows. */
export interface PairedTest {
  readonly method: string
  /** The first method, or `bestPerTaskType`. */
  readonly against: string
  readonly statistic: 'apgr'
  /** method - against; null where the statistic is undefined. */
  readonly difference: OverSplits | null
  /** Splits on which the method is ahead, and behind. */
  readonly ahead: number
  readonly behind: number
  /** Paired bootstrap, two-sided. */
  readonly pValue: number | null
  /** After Holm's correction over all tests of the comparison. */
  readonly adjustedPValue: number | null
  readonly verdict: Verdict
}

export interface Comparison {
  readonly pair: Pair
  /** Rows that could be used: with text, and with a score of both models. */
  readonly rows: number
  /** Different texts among them. */
  readonly questions: number
  /** Mean cost of a call of each model over the rows, USD; null when they do not know costs. */
  readonly costs: { readonly smallUsd: number; readonly largeUsd: number } | null
  readonly splits: readonly {
    readonly seed: number
    readonly trainingRows: number
    readonly testedRows: number
    readonly estimatorFailures: number
  }[]
  /** Nulls first, then the methods in the order asked for. */
  readonly systems: readonly ComparedSystem[]
  readonly tests: readonly PairedTest[]
  /** Adjusted p-values below it count as a difference. */
  readonly significance: number
  readonly undefinedBecause: Readonly<Record<string, string>>
  /** Seed of the resampling. */
  readonly resamplingSeed: number
  readonly resamples: number
}
