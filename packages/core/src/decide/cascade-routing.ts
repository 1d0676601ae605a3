/**
 * Cascade routing: routing and cascading as one decision. After every answer, and before the first, all sets of models that contain those
 * already run are weighed (supermodels.ts); when none is worth more than stopping, the answer with the best estimate is given, else the
 * cheapest model of the best set is called and everything is weighed again with what its answer told.
 *
 *   one call at most (maxDepth 1)        a router: argmax of quality - weight * cost (utility.ts)
 *   models only in a fixed order         the optimal cascade
 *
 * Source: A Unified Approach to Routing and Cascading, arXiv:2410.10347, sections 4 and 5. Departure: the covariance of a state is stored in
 * units of sqrt(q (1 - q)) of each estimate, since a nearly certain estimate has nowhere to go. Beliefs before are ex ante estimates,
 * beliefs after an answer are its score's `candidates`; learning both is learn's.
 */
import { WeirError } from '../contract/errors.ts'
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { AcceptAction, Action, CallAction, Policy, Reason, State } from '../contract/policy.ts'
import type { Rng } from '../math/rng.ts'
import { weighSupermodels, type Weighed } from './supermodels.ts'

/** Covariance of the errors of the estimates made in one state: what CascadeRoutingOptions.covarianceOf gives, as it is stored. */
export interface StateCovariance {
  /** Which models have answered: the sum of 2^place; 0 before any answer. */
  readonly state: number
  /** Models x models, row-major. */
  readonly values: readonly number[]
}

export interface CascadeRoutingOptions {
  /** Models that are weighed, cheap to dear. Others of the pool are never called. */
  readonly models: readonly string[]
  /**
   * Errors of the estimates that are made once `answered` has run: models x models, row-major, of errors divided by sqrt(q (1 - q)).
   * An error is the estimate then minus the estimate when all have run.
   */
  readonly covarianceOf: (answered: readonly string[]) => ArrayLike<number>
  /** Quality that one USD must bring, by the number of answers there are: before the first call, after one …; the last one repeats. */
  readonly costWeights: readonly number[]
  /** Most models that may answer. At least 1. Default: all. */
  readonly maxDepth?: number
  /** The only order in which models may be called: an optimal cascade. Default: any. */
  readonly prefixOnly?: readonly string[]
  /** Equal values: chance of the dearer choice, so that a mean cost can be met exactly. Default: the cheaper one, always. */
  readonly ties?: { readonly dearerRate: number; readonly rng: Rng }
  /** Set where no weight keeps the asked level: the dearest model answers, with this reason. */
  readonly noWeightReason?: Reason
  /** What happens to a query unlike the training rows: the dearest model answers, or it is treated as if it were like them. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** What happens to an answer that could not be judged. Default 'escalate': to the dearest model left. */
  readonly onScorerFailure?: 'escalate' | 'accept'
}

export function createCascadeRoutingPolicy(options: CascadeRoutingOptions): Policy {
  checkOptions(options)
  return {
    name: 'cascade-routing',
    next(state: State): Action {
      const feasible = options.models.filter((model) => state.candidates.some((one) => one.model === model))
      if (feasible.length === 0) return { kind: 'abstain', reason: 'no_candidate' }
      const failed = modelsOf(state, true)
      const answered = modelsOf(state, false)
      const forced = forcedReason(state, options)
      const maxDepth = forced === undefined ? (options.maxDepth ?? Infinity) : 1
      const usable = feasible.filter((model) => !failed.includes(model))
      const open = usable.filter((model) => !answered.includes(model))
      return decideNext({ state, options, usable, open, answered, forced, maxDepth })
    },
  }
}

function modelsOf({ attempts }: State, hasFailed: boolean): readonly string[] {
  return attempts.filter(({ error }) => (error !== undefined) === hasFailed).map(({ model }) => model)
}

/** Why nothing can be weighed; undefined when it can. */
function forcedReason(
  { estimates }: State,
  { noWeightReason, onUnfamiliar = 'large' }: CascadeRoutingOptions,
): Reason | undefined {
  if (noWeightReason !== undefined) return noWeightReason
  if (estimates?.candidates === undefined) return 'estimator_failed'
  return estimates.isUnfamiliar === true && onUnfamiliar === 'large' ? 'unfamiliar_query' : undefined
}

interface Deciding {
  readonly state: State
  readonly options: CascadeRoutingOptions
  /** Feasible and not failed, cheap to dear. */
  readonly usable: readonly string[]
  /** Those of them that have not answered. */
  readonly open: readonly string[]
  readonly answered: readonly string[]
  readonly forced: Reason | undefined
  readonly maxDepth: number
}

function decideNext(deciding: Deciding): Action {
  const { state, open, answered, forced, maxDepth } = deciding
  if (open.length === 0 || answered.length >= maxDepth) return give(deciding)
  if (forced !== undefined) return call(deciding, { model: open.at(-1) ?? '', reason: forced })
  const estimates = latestEstimates(state)
  return estimates === undefined ? withoutEstimates(deciding) : decideByValue(deciding, estimates)
}

/** Of the last answer, or ex ante before the first; undefined when the last answer could not be judged. */
function latestEstimates({ attempts, estimates }: State): readonly CandidateEstimate[] | undefined {
  const last = attempts.findLast(({ error }) => error === undefined)
  return last === undefined ? estimates?.candidates : last.score?.candidates
}

function withoutEstimates(deciding: Deciding): Action {
  const { onScorerFailure = 'escalate' } = deciding.options
  if (onScorerFailure === 'accept') return { ...give(deciding), reason: 'scorer_failed' } as AcceptAction
  return call(deciding, { model: deciding.open.at(-1) ?? '', reason: 'scorer_failed' })
}

interface Choice {
  /** Undefined: stop. */
  readonly model: string | undefined
  readonly because: Readonly<Record<string, number>>
}

function decideByValue(deciding: Deciding, estimates: readonly CandidateEstimate[]): Action {
  const { ties } = deciding.options
  const cheaper = choose(deciding, estimates, false)
  const dearer = ties === undefined ? cheaper : choose(deciding, estimates, true)
  const isTied = cheaper.model !== dearer.model
  const takesDearer = isTied && ties !== undefined && ties.rng.next() < ties.dearerRate
  const rate = ties?.dearerRate ?? 0
  const { model, because } = takesDearer ? dearer : cheaper
  if (model === undefined) return explain(give(deciding), because)
  const propensity = isTied ? (takesDearer ? rate : 1 - rate) : 1
  return call(deciding, { model, reason: 'best_value', because, propensity })
}

function choose(
  { options, usable, answered, maxDepth }: Deciding,
  estimates: readonly CandidateEstimate[],
  prefersDearer: boolean,
): Choice {
  const { models, costWeights, covarianceOf, prefixOnly } = options
  const known = usable.filter(
    (model) => answered.includes(model) || estimates.some((one) => one.model === model),
  )
  const beliefs = known.map((model) => {
    const estimate = estimates.find((one) => one.model === model)
    const hasRun = answered.includes(model)
    return {
      quality: estimate?.quality ?? 0,
      costUsd: hasRun ? 0 : (estimate?.costUsd ?? Infinity),
      hasRun,
    }
  })
  const weight = costWeights[Math.min(answered.length, costWeights.length - 1)] ?? 0
  const weighed = weighSupermodels({
    beliefs,
    covariance: scaleCovariance(covarianceOf(answered), {
      places: known.map((model) => models.indexOf(model)),
      qualities: beliefs.map(({ quality }) => quality),
      stored: models.length,
    }),
    weight,
    maxDepth,
    ...(prefixOnly === undefined
      ? {}
      : { order: prefixOnly.map((model) => known.indexOf(model)).filter((at) => at >= 0) }),
    prefersDearer,
  })
  const goes = isWorth(weighed, prefersDearer)
  const { stop, best } = weighed
  return {
    // Nothing can be weighed where no price is known: the dearest, as when the estimator fails.
    model: goes ? known[best?.next ?? -1] : answered.length === 0 ? usable.at(-1) : undefined,
    because: {
      ...(stop === undefined ? {} : { stop }),
      ...(best === undefined ? {} : { continue: best.value }),
      costWeight: weight,
    },
  }
}

function isWorth({ stop, best }: Weighed, prefersDearer: boolean): boolean {
  if (best === undefined) return false
  return stop === undefined || best.value > stop || (prefersDearer && best.value === stop)
}

function explain(action: Action, because: Readonly<Record<string, number>>): Action {
  return action.kind === 'accept' ? { ...action, because } : action
}

interface Scaling {
  /** Rows of the stored covariance. */
  readonly places: readonly number[]
  readonly qualities: readonly number[]
  /** Its width. */
  readonly stored: number
}

function scaleCovariance(
  covariance: ArrayLike<number>,
  { places, qualities, stored }: Scaling,
): Float64Array {
  const scales = qualities.map((q) => Math.sqrt(Math.max(0, q * (1 - q))))
  const scaled = new Float64Array(places.length * places.length)
  places.forEach((from, i) => {
    places.forEach((to, j) => {
      const value = covariance[from * stored + to] ?? 0
      scaled[i * places.length + j] = value * (scales[i] ?? 0) * (scales[j] ?? 0)
    })
  })
  return scaled
}

interface Calling extends Pick<CallAction, 'model' | 'reason' | 'because'> {
  readonly propensity?: number
}

function call(deciding: Deciding, { model, reason, because, propensity = 1 }: Calling): CallAction {
  const { state, usable, open, answered, maxDepth } = deciding
  const mayGoOn = open.length > 1 && answered.length + 1 < maxDepth
  const hasFailed = state.attempts.at(-1)?.error !== undefined
  return {
    kind: 'call',
    model,
    samples: 1,
    propensity,
    reason: hasFailed ? 'failover' : reason,
    ranking: [model, ...usable.filter((other) => other !== model)],
    // With an answer already there, the better of the two is given: both must have been read.
    ...(mayGoOn || answered.length > 0 ? { readsAnswer: true } : {}),
    ...(because === undefined ? {} : { because }),
  }
}

/** The answer with the best estimate, the later one of equals; none when every call failed. */
function give({ state, open, answered, maxDepth }: Deciding): Action {
  const estimates = latestEstimates(state)
  let attempt = -1
  let highest = Number.NEGATIVE_INFINITY
  state.attempts.forEach(({ model, error }, i) => {
    const quality = estimates?.find((one) => one.model === model)?.quality ?? 0
    if (error !== undefined || quality < highest) return
    attempt = i
    highest = quality
  })
  if (attempt < 0) return { kind: 'abstain', reason: 'all_failed' }
  if (open.length > 0 && answered.length < maxDepth)
    return { kind: 'accept', attempt, reason: 'stopping_is_best' }
  if (state.attempts.at(-1)?.error !== undefined)
    return { kind: 'accept', attempt, reason: 'escalation_failed' }
  return { kind: 'accept', attempt, ...(answered.length > 1 ? { reason: 'last_stage' as const } : {}) }
}

function checkOptions({ models, costWeights, maxDepth = 1, prefixOnly, ties }: CascadeRoutingOptions): void {
  if (models.length === 0 || new Set(models).size < models.length) {
    throw outOfRange('cascade routing needs at least one model, each named once')
  }
  if (costWeights.length === 0 || !costWeights.every(isWeight)) {
    throw outOfRange(`cost weights must be finite and at least 0, one or more, got ${costWeights.join(', ')}`)
  }
  if (!(maxDepth >= 1)) throw outOfRange(`maxDepth must be at least 1, got ${maxDepth}`)
  const unknown = prefixOnly?.find((model) => !models.includes(model))
  if (unknown !== undefined) throw outOfRange(`prefixOnly names ${unknown}, which is not among the models`)
  if (ties !== undefined && !(ties.dearerRate >= 0 && ties.dearerRate <= 1)) {
    throw outOfRange(`dearerRate must be in [0, 1], got ${ties.dearerRate}`)
  }
}

function isWeight(weight: number): boolean {
  return weight >= 0 && weight < Infinity
}

function outOfRange(message: string): WeirError {
  return new WeirError('config.threshold_range', message)
}
