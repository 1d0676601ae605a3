/**
 * Answer estimator from one signal: each model's own calibration of its confidence. The simplest ex post estimate, and on log-probabilities
 * a hard one to beat. Combining several signals is another file's.
 */
import type { AnswerEstimator, AnswerEstimatorInput, SignalName } from '../contract/score.ts'
import { calibrateConfidence, type ConfidenceCalibration } from './confidence.ts'

/** By model. Null for an answer of a model without a calibration and for one that does not carry the signal. */
export function createConfidenceEstimator(
  perModel: Readonly<Record<string, ConfidenceCalibration>>,
): AnswerEstimator {
  const signals: readonly SignalName[] = [...new Set(Object.values(perModel).map(({ signal }) => signal))]
  return {
    name: 'confidence',
    signals,
    readsSignalsOnly: true,
    estimate({ attempts, signals: read }: AnswerEstimatorInput) {
      const model = attempts.at(-1)?.model ?? ''
      // Own keys only: a model may be called "constructor".
      const calibration = Object.hasOwn(perModel, model) ? perModel[model] : undefined
      const value = calibration === undefined ? undefined : read[calibration.signal]
      if (calibration === undefined || value === undefined) return { pGoodEnough: null }
      return { pGoodEnough: calibrateConfidence(calibration, value) }
    },
  }
}
