/**
 * Blend: the default estimator. Its components (components.ts) are standardised, weighted and calibrated:
 *
 *   z      = sum_j weight_j (prediction_j - mean_j) / deviation_j          weights >= 0, learned on out-of-fold predictions
 *   pSmall = correct(sigmoid(slope z + intercept))
 *
 * z ranks queries by expected quality gap, quality(small) - quality(large), since that is what a threshold trades; pSmall is the
 * calibrated probability of the artifact's label given z. Learned by learn/train.ts.
 */
import type { Estimates, Estimator } from '../contract/estimate.ts'
import type { Features } from '../contract/features.ts'
import { isUnfamiliar, type Familiarity } from './familiarity.ts'
import { sigmoid } from '../math/logistic.ts'
import { correct, type Reliability } from '../math/reliability.ts'
import { createRoom, predictComponents, see, type Components, type View } from './components.ts'

export interface Combination {
  /** One per component, in the order of COMPONENT_NAMES. */
  readonly means: readonly number[]
  readonly deviations: readonly number[]
  /** Not negative. */
  readonly weights: readonly number[]
  readonly slope: number
  readonly intercept: number
  readonly reliability: Reliability
}

export interface BlendParameters {
  readonly view: View
  readonly components: Components
  readonly combination: Combination
  readonly familiarity: Familiarity
}

/** With scratch space of its own; calls must not overlap, which synchronous code cannot. */
export function createBlendEstimator(parameters: BlendParameters): Estimator {
  const { view, components, combination, familiarity } = parameters
  const room = createRoom()
  return {
    name: 'blend',
    estimate(features: Features): Estimates {
      const seen = see(features, view, room)
      const predictions = predictComponents(components, seen, combination.weights)
      return {
        pSmall: combine(combination, predictions),
        isUnfamiliar: isUnfamiliar({ features, known: seen.known }, view.weighting, familiarity),
      }
    },
  }
}

/** The calibrated probability of one query's component predictions. */
export function combine(combination: Combination, predictions: ArrayLike<number>): number {
  const { slope, intercept, reliability } = combination
  return correct(reliability, sigmoid(slope * combineRaw(combination, predictions) + intercept))
}

/** z of the file header: ranks, not calibrated. */
export function combineRaw(
  { means, deviations, weights }: Pick<Combination, 'means' | 'deviations' | 'weights'>,
  predictions: ArrayLike<number>,
): number {
  let z = 0
  for (let j = 0; j < weights.length; j++) {
    z += ((weights[j] ?? 0) * ((predictions[j] ?? 0) - (means[j] ?? 0))) / (deviations[j] ?? 1)
  }
  return z
}
