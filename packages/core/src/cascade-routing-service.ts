/**
 * Cascade routing as a service (serve.ts): composes estimate/ (before any answer), score/ (after each) and decide/ (what next), which do not
 * know each other. Learned by cascade-routing.ts.
 */
import type { Mode, OperatingPoint } from './contract/decision.ts'
import type { CandidateEstimate, Estimator } from './contract/estimate.ts'
import type { Encoder } from './contract/features.ts'
import type { Policy } from './contract/policy.ts'
import type { Scorer } from './contract/score.ts'
import {
  createCascadeRoutingPolicy,
  type CascadeRoutingOptions,
  type StateCovariance,
} from './decide/cascade-routing.ts'
import { createPoolEstimator, type PoolParameters } from './estimate/pool.ts'
import { createPoolAnswerEstimator, stateOf, type PoolAnswerParameters } from './score/pool-answers.ts'
import type { River, Service } from './serve.ts'

export interface CascadeRoutingParameters {
  /** Cheap to dear by mean metered cost. */
  readonly models: readonly string[]
  readonly pool: PoolParameters
  readonly answers: PoolAnswerParameters
  readonly covariances: readonly StateCovariance[]
  /** Weights of setting i are scales[i] * ratios: from dear to cheap. */
  readonly family: { readonly scales: readonly number[]; readonly ratios: readonly number[] }
  readonly maxDepth: number
}

/** All but the weights. A state without a covariance of its own takes the mean of those with as many answers. */
export function policyOptions({
  models,
  covariances,
  maxDepth,
}: CascadeRoutingParameters): Omit<CascadeRoutingOptions, 'costWeights'> {
  const own = new Map(covariances.map(({ state, values }) => [state, values]))
  const byCount = new Map(
    [...new Set(covariances.map(({ state }) => countOf(state)))].map((count) => [
      count,
      meanOf(covariances.filter(({ state }) => countOf(state) === count)),
    ]),
  )
  const nothing = models.flatMap(() => models.map(() => 0))
  return {
    models,
    maxDepth,
    covarianceOf: (answered) => {
      const state = stateOf(answered.map((model) => models.indexOf(model)))
      return own.get(state) ?? byCount.get(countOf(state)) ?? nothing
    },
  }
}

function countOf(state: number): number {
  return state === 0 ? 0 : (state % 2) + countOf(Math.floor(state / 2))
}

function meanOf(covariances: readonly StateCovariance[]): readonly number[] {
  const width = covariances[0]?.values.length ?? 0
  return Array.from(
    { length: width },
    (_, k) => covariances.reduce((sum, { values }) => sum + (values[k] ?? 0), 0) / covariances.length,
  )
}

export interface CascadeRoutingServiceOptions {
  /** For the signal that the estimates read, where answers do not carry it by themselves. */
  readonly scorers?: readonly Scorer[]
  readonly onUnfamiliar?: 'large' | 'score'
  readonly onScorerFailure?: 'escalate' | 'accept'
  /** Levels that were proven or estimated; default none but the dearest setting. */
  readonly levels?: Readonly<Record<Mode, readonly OperatingPoint[]>>
  /** Chance that a promise of `levels` holds. Default 0: nothing is promised. */
  readonly confidence?: number
}

/**
 * A point's `threshold` names a setting of the family: 0 the cheapest, 1 the dearest, between them in equal steps. Thresholds then rise with the
 * level, as everywhere.
 */
export function createCascadeRoutingService(
  parameters: CascadeRoutingParameters,
  options: CascadeRoutingServiceOptions = {},
): Service {
  const { scorers = [], onUnfamiliar = 'large', onScorerFailure = 'escalate', confidence = 0 } = options
  const pool = createPoolEstimator(parameters.pool)
  const common = { ...policyOptions(parameters), onUnfamiliar, onScorerFailure }
  return {
    levels: options.levels ?? { promise: [FIRST_POINT], estimate: [FIRST_POINT] },
    confidence,
    stages: parameters.models,
    scoring: { scorers, estimator: createPoolAnswerEstimator(parameters.answers) },
    estimator: {
      name: 'pool',
      estimate: (features) => {
        const { candidates } = pool.estimate(features)
        return { pSmall: toPSmall(candidates), candidates }
      },
    },
    createPolicy({ threshold, mode }: OperatingPoint): Policy {
      const costWeights = weightsAt(parameters, threshold ?? 1)
      return createCascadeRoutingPolicy({
        ...common,
        costWeights,
        ...(threshold === null
          ? { noWeightReason: mode === 'promise' ? 'level_not_provable' : 'level_not_feasible' }
          : {}),
      })
    },
  }
}

/** Chance that the cheapest model is right or the dearest one wrong, were they independent given the query. Not calibrated. */
function toPSmall(candidates: readonly CandidateEstimate[]): number {
  const [cheapest, dearest] = [candidates[0]?.quality ?? 0, candidates.at(-1)?.quality ?? 0]
  return 1 - dearest * (1 - cheapest)
}

/** Cost weights per step of the setting that a threshold names. */
export function weightsAt(
  { family: { scales, ratios } }: CascadeRoutingParameters,
  threshold: number,
): readonly number[] {
  const last = scales.length - 1
  const scale = scales[Math.round((1 - Math.min(1, Math.max(0, threshold))) * last)] ?? 0
  return ratios.map((ratio) => scale * ratio)
}

/** Thresholds of the family's settings, from dear to cheap. */
export function familyThresholds({ family: { scales } }: CascadeRoutingParameters): readonly number[] {
  return scales.map((_, i) => 1 - i / Math.max(1, scales.length - 1))
}

/** Where nothing is known of levels: the dearest setting. */
export const FIRST_POINT: OperatingPoint = {
  quality: 1,
  mode: 'estimate',
  threshold: 1,
  expectedCostAdvantage: 0,
  expectedQuality: 1,
}

/** A river that serves by this policy alone. */
export function createPoolRiver(
  { models }: Pick<CascadeRoutingParameters, 'models'>,
  { service, encoder }: { readonly service: Service; readonly encoder: Encoder },
): River {
  return {
    pair: { small: models[0] ?? '', large: models.at(-1) ?? '' },
    candidates: models.map((model) => ({ model })),
    encoder,
    estimator: service.estimator as Estimator,
    levels: service.levels,
    mode: 'estimate',
    confidence: service.confidence,
    policy: 'cascade-routing',
    services: { 'cascade-routing': service },
  }
}
