/**
 * Pool estimator: of every model of a pool how good its answer to a query will be and what it will cost, before any model is called.
 *
 *   quality = sigmoid(bias + weights . read)      what a method's predictor reads (predictor.ts), for any number of models at once
 *   costUsd = mean metered cost * forest(query)   relative cost by length and kind of the text
 *
 * The text is seen once and read for all models together. Qualities are calibrated on out-of-fold readings (learn/fit-pool.ts).
 */
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { Features } from '../contract/features.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { sigmoid } from '../math/logistic.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { createRoom, see, type Seen, type View } from './components.ts'
import { isUnfamiliar, type Familiarity } from './familiarity.ts'
import type { Predictor } from './predictor.ts'
import { predictorKind } from './predictors.ts'

export interface PoolCosts {
  /** Mean metered cost of a call, one per model, USD. */
  readonly meansUsd: readonly number[]
  /** Targets: the models' costs as multiples of their means. */
  readonly forest: Forest
}

export interface PoolParameters {
  readonly models: readonly string[]
  readonly view: View
  /** Of a method; the parameters' shape belongs to the predictor's own file. */
  readonly predictor: { readonly name: string; readonly parameters: unknown }
  /** One per model: weights of what the predictor reads. */
  readonly qualities: readonly RidgeLogisticFit[]
  /** Null when a model's calls were not metered. */
  readonly costs: PoolCosts | null
  /** Null: nothing is known of what the training rows were like. */
  readonly familiarity: Familiarity | null
}

export interface PoolEstimator {
  readonly models: readonly string[]
  /** `candidates`: one per model, in their order. Pure and deterministic. */
  estimate(features: Features): PoolEstimate
}

export interface PoolEstimate {
  readonly candidates: readonly CandidateEstimate[]
  /** One per model, of methods that learn from preferences (PredictorKind.readsStrengths); null: others. */
  readonly strengths: readonly number[] | null
  /** The query is unlike the training rows. */
  readonly isUnfamiliar: boolean
}

/** With scratch space of its own; calls must not overlap, which synchronous code cannot. */
export function createPoolEstimator(parameters: PoolParameters): PoolEstimator {
  const room = createRoom()
  const { models, view, familiarity } = parameters
  const readSeen = createSeenReader(parameters)
  return {
    models,
    estimate(features) {
      const seen = see(features, view, room)
      const { known } = seen
      return {
        ...readSeen(seen),
        isUnfamiliar: familiarity !== null && isUnfamiliar({ features, known }, view.weighting, familiarity),
      }
    },
  }
}

export type PoolReading = Pick<PoolEstimate, 'candidates' | 'strengths'>

/** The same of a query that has been seen already. */
export function createSeenReader({
  models,
  view,
  predictor: { name, parameters },
  qualities,
  costs,
}: Omit<PoolParameters, 'familiarity'>): (seen: Seen) => PoolReading {
  const kind = predictorKind(name)
  const predictor = kind.create(parameters, { models, view })
  return (seen) => {
    const readings = predictor.read(seen)
    const costsUsd = costs === null ? null : predictCosts(costs, seen, predictor)
    const candidates = models.map((model, j) => {
      const quality = toQuality(readings[j] ?? [], qualities[j])
      return costsUsd === null ? { model, quality } : { model, quality, costUsd: costsUsd[j] ?? 0 }
    })
    const strengths = kind.readsStrengths === true ? readings.map(([strength = 0]) => strength) : null
    return { candidates, strengths }
  }
}

/** Expected quality of a model's answer, in (0, 1). */
export function toQuality(readings: readonly number[], fit: RidgeLogisticFit | undefined): number {
  if (fit === undefined) return 0
  return sigmoid(fit.weights.reduce((sum, weight, j) => sum + weight * (readings[j] ?? 0), fit.bias))
}

/** USD, one per model: the predictor's own when it has them. */
export function predictCosts(
  { meansUsd, forest }: PoolCosts,
  seen: Seen,
  predictor: Predictor,
): readonly number[] {
  const relative = predictor.readCosts?.(seen) ?? predictForest(forest, seen.dense, 0)
  return meansUsd.map((mean, j) => mean * (relative[j] ?? 1))
}
