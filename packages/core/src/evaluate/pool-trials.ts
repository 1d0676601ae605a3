/**
 * What a comparison over a pool is made from: numbers alone, so that texts, artifacts and routers can be let go of as soon as a split is scored.
 * Memory: one byte for each cost weight of a tested row, for each split and method.
 */
import type { PoolArtifact } from '../contract/pool-artifact.ts'
import type { PerturbationName } from './perturbations.ts'

export interface PoolComparisonTrials {
  /** Cheap to dear by their mean cost on all rows; a place in a list of models means a place in this one. */
  readonly models: readonly string[]
  readonly costUnit: PoolArtifact['costUnit']
  /** Rows x models, row-major. Range [0, 1]. */
  readonly qualities: ArrayLike<number>
  /** The same, in units of cost. */
  readonly costs: ArrayLike<number>
  /** The same, milliseconds; null when a call of a row was not timed. */
  readonly latenciesMs: ArrayLike<number> | null
  /** Question of each row, 0 ... questions - 1: what is resampled. */
  readonly questionOf: ArrayLike<number>
  readonly questions: number
  /** Names, in the order in which every split lists them. The first is what the others are held against. */
  readonly methods: readonly string[]
  readonly splits: readonly PoolSplitTrials[]
}

export interface PoolSplitTrials {
  readonly seed: number
  readonly trainingRows: number
  /** Indices of the tested rows. */
  readonly tested: readonly number[]
  /**
   * One per operating point, the same for all methods of the split: quality that one unit of cost must bring. 0 for the first ones, which ask for a
   * margin over the reference instead, the last 0 for none; then ascending.
   */
  readonly costWeights: readonly number[]
  /** Mean cost of a call of the dearest model on the training rows: what weights and budgets are multiples of. */
  readonly dearest: number
  /** Place of the model with the highest mean on the training rows. */
  readonly bestSingle: number
  /** What the given category alone chooses, as `PoolMethodTrials.chosen`; undefined when no training row has a category. */
  readonly table: readonly Uint8Array[] | undefined
  /** Seconds spent on what all methods share; null without a clock. */
  readonly lessonSeconds: number | null
  readonly methods: readonly PoolMethodTrials[]
}

export interface PoolMethodTrials {
  /** One per operating point: place of the model that each tested row goes to. */
  readonly chosen: readonly Uint8Array[]
  readonly budgets: readonly BudgetTrials[]
  /** Of estimated qualities, all models together; null without estimates. */
  readonly expectedCalibrationError: number | null
  /** RouterEval's E_p (router-eval.ts); null without estimates. */
  readonly choiceEntropyBits: number | null
  /** Tested rows on which the estimator failed: they go to the reference. */
  readonly failures: number
  readonly artifactBytes: number
  /** Fitting of this method alone; null without a clock. */
  readonly trainingSeconds: number | null
  /** One per tested row, milliseconds, ascending; null without a clock. */
  readonly decisionMs: readonly number[] | null
  /** Share of decisions that perturbed queries leave unchanged; empty when none were tried. */
  readonly stability: readonly StabilityTrial[]
}

export interface StabilityTrial {
  readonly perturbation: PerturbationName
  /** Range [0, 1]. */
  readonly unchanged: number
}

/** What a budget per query, kept on the training rows on average, does with the tested ones. */
export interface BudgetTrials {
  /** Of the dearest model's mean cost. Range (0, 1]. */
  readonly share: number
  /** In units of cost. */
  readonly budget: number
  /** Place of the model that each tested row goes to; null when the budget does not bind: the router never spends as much, or always more. */
  readonly chosen: Uint8Array | null
}
