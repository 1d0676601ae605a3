/**
 * Artifact: fitted parameters with everything needed to trust or refuse them. On disk: one JSON file, see artifact-file.ts.
 * `Stored` shapes only grow; unknown keys are ignored, so that a file stays readable forever.
 */
import type { Pair } from './candidate.ts'
import type { OperatingPoint } from './decision.ts'
import type { EncoderSpec } from './features.ts'

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

export interface Artifact {
  readonly formatVersion: 1
  readonly method: LabelMethod
  readonly pair: Pair
  /** Name of the quality measure of the rows. */
  readonly metric: string
  readonly encoder: EncoderSpec
  readonly training: {
    /** SHA-256 of the training rows used, hex. */
    readonly dataHash: string
    readonly rows: number
    readonly seed: number
    readonly libraryVersion: string
    /** Mean quality on the training rows. */
    readonly meanQuality: { readonly small: number; readonly large: number }
  }
  /** Relaxation t* of the trans label and the objective over the grid; null for det and prob. */
  readonly relaxation: {
    readonly t: number
    readonly grid: readonly number[]
    readonly objective: readonly number[]
  } | null
  readonly crossValidation: CrossValidation
  /** One operating point per quality level 0.01 … 1.00, ascending; thresholds never fall as the level rises. */
  readonly levels: readonly OperatingPoint[]
  /** Parameters of the estimator; their shape belongs to estimate/<name>.ts. */
  readonly estimator: { readonly name: string; readonly parameters: unknown }
}
