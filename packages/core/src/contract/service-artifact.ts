/**
 * Service artifact: what an artifact holds for a policy that looks at answers, beside the router that every artifact holds.
 */
import type { Calibration, TrainingCurve } from './artifact.ts'
import type { SignalName } from './score.ts'

/**
 * The cut-offs of a two-stage cascade as one sequence: position k accepts an answer at `accept[k]` and drafts a query at `draft[k]`.
 * From strict to lenient: `accept` descends, `draft` never rises, so a query that position k keeps small is kept by all after it.
 */
export interface CascadeFamily {
  /** Cut-offs on pGoodEnough. Strictly descending, the last is 0. */
  readonly accept: readonly number[]
  /** Cut-offs on pSmall, ex ante, one per `accept`; 0 drafts everything. */
  readonly draft: readonly number[]
}

export interface AnswerValidation {
  readonly folds: number
  /** Average performance gap recovered of the cross-fitted pGoodEnough over the share escalated; null when both models are equally good. */
  readonly apgr: number | null
  /** The same of the router on these rows: what reading the answer adds. */
  readonly routerApgr: number | null
  /** Area under the ROC curve of pGoodEnough against the label; null with one class. */
  readonly auroc: number | null
  readonly logLoss: number
  readonly expectedCalibrationError: number
}

export interface CascadeArtifact {
  /** Training rows with an answer of the small model, that is labels the answer reader was fitted on. */
  readonly rows: number
  /** Of both models' answers on these rows. */
  readonly meanQuality: Calibration['meanQuality']
  /** Signals it reads besides the text. */
  readonly signals: readonly SignalName[]
  readonly family: CascadeFamily
  /** Mean metered cost of a call on the rows that know both, which `draft` weighs; null when none does, and then everything is drafted. */
  readonly costs: { readonly smallUsd: number; readonly largeUsd: number; readonly rows: number } | null
  readonly crossValidation: AnswerValidation
  readonly trainingCurve: TrainingCurve
  readonly calibration: Calibration
  /** Parameters of the answer estimator; their shape belongs to its own file. */
  readonly estimator: { readonly name: string; readonly parameters: unknown }
}

/** A policy over a family of settings, one for each level. The parameters' shape belongs to the policy's own file. */
export interface FamilyArtifact {
  /** Training rows that it was fitted on. */
  readonly rows: number
  /** From cross-fitted training rows: promises are asymptotic. */
  readonly levels: Calibration['levels']
  /** Chance that the promise of a level is broken. Range (0, 1). */
  readonly delta: number
  readonly parameters: unknown
}

/** By policy name; a policy that is absent was not trained for. */
export interface ServiceArtifacts {
  readonly cascade?: CascadeArtifact
  readonly 'cascade-routing'?: FamilyArtifact
  readonly 'best-of-n'?: FamilyArtifact
}
