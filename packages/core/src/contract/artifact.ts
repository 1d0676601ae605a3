/**
 * Artifact: fitted parameters with everything needed to trust or refuse them. On disk: one JSON file, see artifact-file.ts.
 * `Stored` shapes only grow; unknown keys are ignored, so that a file stays readable forever.
 */
import type { Pair } from './candidate.ts'
import type { Mode, OperatingPoint } from './decision.ts'
import type { EncoderSpec } from './features.ts'
import type { PoolArtifact } from './pool-artifact.ts'
import type { ServiceArtifacts } from './service-artifact.ts'

export type LabelMethod = 'det' | 'prob' | 'trans'

export interface CrossValidation {
  readonly folds: number
  /** Average performance gap recovered of the cross-fitted scores; null when both models are equally good. */
  readonly apgr: number | null
  /** Area under the ROC curve of pSmall against the label; null with one class. */
  readonly auroc: number | null
  readonly logLoss: number
  readonly expectedCalibrationError: number
  /** APGR of the task-type table alone, same folds. */
  readonly taskTableApgr: number | null
}

/** The cross-fitted training curve at a fixed sequence of thresholds; columns of equal length. */
export interface TrainingCurve {
  /** Descending; the last is 0, which keeps every query small. */
  readonly thresholds: readonly number[]
  /** Share of training queries kept small. */
  readonly costAdvantage: readonly number[]
  /** Mean quality of the routed answers. */
  readonly quality: readonly number[]
  /** Variance of quality(small) - quality(large) over the rows. */
  readonly gapVariance: number
}

/**
 * Where the quality levels come from: which rows, and how far what is said holds. A promise is bound to the pair, the measure, the
 * router and traffic like these rows.
 */
export interface Calibration {
  /**
   * `cross-fitted`: the training rows, each scored by components that have not seen it. `held-out`: rows that training has not seen.
   */
  readonly source: 'cross-fitted' | 'held-out'
  /**
   * `finite-sample`: the promise holds at this number of rows, whatever the traffic. `asymptotic`: it holds as rows grow
   * (docs/methods/promise.md says why).
   */
  readonly guarantee: 'finite-sample' | 'asymptotic'
  readonly rows: number
  /** SHA-256 of the rows, hex. */
  readonly dataHash: string
  /** UTC day, ISO 8601; null when none was given. */
  readonly date: string | null
  readonly seed: number
  /** Chance that the promise of a level is broken. Range (0, 1). */
  readonly delta: number
  /** Mean quality on the rows. */
  readonly meanQuality: { readonly small: number; readonly large: number }
  /** Per mode one operating point per quality level, ascending, the last one 1; thresholds never fall as the level rises. */
  readonly levels: Readonly<Record<Mode, readonly OperatingPoint[]>>
}

export interface Artifact {
  readonly formatVersion: 1
  /** A label of Hybrid LLM, or the method that learned about a pool. */
  readonly method: string
  readonly pair: Pair
  /** Name of the quality measure of the rows. */
  readonly metric: string
  readonly encoder: EncoderSpec
  readonly training: {
    /** The pair trained for, where `weir calibrate` has since bound the router to another one. */
    readonly pair?: Pair
    /** SHA-256 of the training rows used, hex. */
    readonly dataHash: string
    readonly rows: number
    readonly seed: number
    readonly libraryVersion: string
    /** Mean quality on the training rows. */
    readonly meanQuality: { readonly small: number; readonly large: number }
    /** Share of queries like the training rows that are flagged as unlike them, at most. */
    readonly unfamiliar: { readonly falseAlarmRate: number }
  }
  /** Relaxation t* of the trans label and the objective over the grid; null for det and prob. */
  readonly relaxation: {
    readonly t: number
    readonly grid: readonly number[]
    readonly objective: readonly number[]
  } | null
  readonly crossValidation: CrossValidation
  readonly trainingCurve: TrainingCurve
  readonly calibration: Calibration
  /** Parameters of the estimator; their shape belongs to estimate/<name>.ts. */
  readonly estimator: { readonly name: string; readonly parameters: unknown }
  /** Present when it was trained for a pool: `pair` is then a cheap model and the pool's reference, thresholds name settings of the pool. */
  readonly pool?: PoolArtifact
  /** Policies besides `route` that it was trained for. */
  readonly services?: ServiceArtifacts
}
