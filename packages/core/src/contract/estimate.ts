/**
 * Estimate: what is believed about the models before any answer exists (ex ante), and per candidate also after (ex post).
 */
import type { Features } from './features.ts'

/** Belief about one candidate's answer to this query. */
export interface CandidateEstimate {
  readonly model: string
  /** Expected quality of its answer. Range [0, 1]. */
  readonly quality: number
  /** Expected cost of calling it, USD; 0 when it has been called. Absent: unknown. */
  readonly costUsd?: number
}

/** Belief about one way to answer: the best of `samples` answers of a model. */
export interface ArmEstimate {
  readonly model: string
  /** Answers drawn, of which the best is given. At least 1. */
  readonly samples: number
  /** P(its answer is at least as good as one answer of the reference model). Range [0, 1]. */
  readonly pGoodEnough: number
  /** Expected quality of its answer minus that of one answer of the reference. Range [-1, 1]. */
  readonly gap: number
}

export interface Estimates {
  /** P(the small model is good enough) under the artifact's label; calibrated on cross-fitted rows. Range [0, 1]. */
  readonly pSmall: number
  /** True when the query is unlike the training rows, so that pSmall is an extrapolation. Absent: not looked at. */
  readonly isUnfamiliar?: boolean
  /** Per candidate, for policies that weigh more than a pair. */
  readonly candidates?: readonly CandidateEstimate[]
  /** Per model and number of samples, for best-of-n. */
  readonly arms?: readonly ArmEstimate[]
}

/** Predicts from features alone. Pure and deterministic; built from an artifact by estimate/. */
export interface Estimator {
  readonly name: string
  estimate(features: Features): Estimates
}
