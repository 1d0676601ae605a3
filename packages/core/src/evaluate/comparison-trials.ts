/**
 * What a comparison is made from: numbers alone, so that texts, artifacts and routers can be let go of as soon as a split is scored. Memory:
 * one number a tested row for each split and method.
 */
import type { Pair } from '../contract/candidate.ts'

export interface ComparisonTrials {
  readonly pair: Pair
  /** Quality of the small model's answer, one per row. */
  readonly small: ArrayLike<number>
  /** Quality of the large model's answer, one per row. */
  readonly large: ArrayLike<number>
  /** Share of sample pairs on which the small model is at least as good as the large one, one per row: what AUROC is held against. */
  readonly labels: ArrayLike<number>
  /** Metered cost of each model's call, USD, one per row; absent unless every row knows both. */
  readonly costs?: { readonly small: ArrayLike<number>; readonly large: ArrayLike<number> }
  /** Question of each row, 0 ... questions - 1: what is resampled. */
  readonly questionOf: ArrayLike<number>
  readonly questions: number
  /** Names, in the order in which every split lists them. The first is what the others are held against. */
  readonly methods: readonly string[]
  readonly splits: readonly SplitTrials[]
}

export interface SplitTrials {
  readonly seed: number
  readonly trainingRows: number
  /** Indices of the tested rows. */
  readonly tested: readonly number[]
  /** The model with the higher mean on the training rows; the small one when they are equal. */
  readonly bestSingle: keyof Pair
  /** Expected gap by given category, from the training rows, one per tested row; undefined when no training row has a category. */
  readonly taskScores: ArrayLike<number> | undefined
  readonly methods: readonly MethodTrials[]
}

export interface MethodTrials {
  /** One per tested row; higher: sooner kept small. FAILED_SCORE where the estimator failed. */
  readonly scores: ArrayLike<number>
  /** Of the scores against the method's own label; null when its scores are not probabilities. */
  readonly expectedCalibrationError: number | null
  /** True for a method that reads the small model's answer first, so that an escalated query has paid for both. Default false. */
  readonly readsAnswers?: boolean
}
