/**
 * Ex post estimator of a pool: how good the answer of every model is, or would be, now that some of them have answered.
 *
 *   quality_j = sigmoid(bias + weights . features)      one fit per state A (the models that answered) and model j
 *
 * A state without a fit of its own uses one fit per model over features that any state has. Features: pool-features.ts. Source: the "post-hoc
 * estimates" of cascade routing, arXiv:2410.10347 section 5, there logistic regression on log-probabilities and on whether answers agree; the
 * exact features are ours. Learned by learn/fit-pool-answers.ts.
 */
import type { Attempt } from '../contract/attempt.ts'
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { AnswerEstimator, AnswerEstimatorInput, Score, SignalName } from '../contract/score.ts'
import { sigmoid } from '../math/logistic.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { poolFeatures, readAnswer, sharedFeatures, type PoolSight } from './pool-features.ts'

/** A logistic fit that knows what to put in place of a feature that is not there. */
export interface FeatureFit extends RidgeLogisticFit {
  /** Training means, one per feature. */
  readonly means: readonly number[]
}

export interface PoolAnswerParameters {
  /** Cheap to dear, at most 30. */
  readonly models: readonly string[]
  /** The confidence that is read. */
  readonly signal: SignalName
  /** By state: the sum of 2^place over the models that answered. Per state one fit for each model. */
  readonly states: ReadonlyMap<number, readonly FeatureFit[]>
  /** One per model, for all other states. */
  readonly shared: readonly FeatureFit[]
}

export function createPoolAnswerEstimator(parameters: PoolAnswerParameters): AnswerEstimator {
  const { models, signal } = parameters
  return {
    name: 'pool-answers',
    signals: [signal],
    estimate({
      estimates,
      attempts,
      signals,
    }: AnswerEstimatorInput): Pick<Score, 'pGoodEnough' | 'candidates'> {
      const before = estimates?.candidates ?? []
      if (models.some((model) => !before.some((one) => one.model === model))) return { pGoodEnough: null }
      const answers = readAttempts(attempts, { models, signal, last: signals[signal] })
      const sight: PoolSight = {
        prior: models.map((model) => before.find((one) => one.model === model)?.quality ?? 0.5),
        read: answers,
      }
      const qualities = estimateQualities(parameters, sight)
      const candidates = models.map((model, j): CandidateEstimate => {
        const quality = qualities[j] ?? 0
        if (answers.some(({ place }) => place === j)) return { model, quality, costUsd: 0 }
        return { ...before.find((one) => one.model === model), model, quality }
      })
      const judged = candidates.find(({ model }) => model === attempts.at(-1)?.model)
      return { pGoodEnough: judged?.quality ?? null, candidates }
    },
  }
}

interface Reading {
  readonly models: readonly string[]
  readonly signal: SignalName
  /** Value of the last attempt's signal: its score is not made yet. */
  readonly last: number | undefined
}

function readAttempts(attempts: readonly Attempt[], { models, signal, last }: Reading): PoolSight['read'] {
  return attempts
    .flatMap(({ model, error, answers, best = 0, score, signals }, i) => {
      const place = models.indexOf(model)
      if (error !== undefined || place < 0) return []
      const value = i === attempts.length - 1 ? last : (score?.signals ?? signals ?? {})[signal]
      return [readAnswer({ place, answer: answers?.[best], value }, signal)]
    })
    .toSorted((a, b) => a.place - b.place)
}

export function stateOf(places: readonly number[]): number {
  return places.reduce((state, place) => state + 2 ** place, 0)
}

/** One per model. Range (0, 1). */
export function estimateQualities(
  { states, shared }: PoolAnswerParameters,
  sight: PoolSight,
): readonly number[] {
  const fits = states.get(stateOf(sight.read.map(({ place }) => place)))
  if (fits === undefined) return shared.map((fit, j) => applyFit(fit, sharedFeatures(sight, j)))
  const features = poolFeatures(sight)
  return fits.map((fit) => applyFit(fit, features))
}

export function applyFit({ weights, bias, means }: FeatureFit, features: readonly number[]): number {
  const z = weights.reduce((sum, weight, k) => {
    const value = features[k] ?? Number.NaN
    return sum + weight * (Number.isNaN(value) ? (means[k] ?? 0) : value)
  }, bias)
  return sigmoid(z)
}
