/**
 * Estimate: what is believed about the models before any answer exists.
 */
import type { Features } from './features.ts'

export interface Estimates {
  /** P(the small model is good enough) under the artifact's label; calibrated on cross-fitted rows. Range [0, 1]. */
  readonly pSmall: number
  /** True when the query is unlike the training rows, so that pSmall is an extrapolation. Absent: not looked at. */
  readonly isUnfamiliar?: boolean
}

/** Predicts from features alone. Pure and deterministic; built from an artifact by estimate/. */
export interface Estimator {
  readonly name: string
  estimate(features: Features): Estimates
}
