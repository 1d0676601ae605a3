/**
 * The whole river: query -> pool -> estimate -> decide -> call -> ... until accept or abstain. Effects are injected: `call` is an
 * upstream when live and a recorded outcome in replay.ts; the code between is the same. `decide` stops before the first call.
 */
import type { Attempt } from './contract/attempt.ts'
import type { Candidate, Pair } from './contract/candidate.ts'
import type { Decision, Mode, OperatingPoint, Refusal } from './contract/decision.ts'
import { WeirError } from './contract/errors.ts'
import type { Estimates, Estimator } from './contract/estimate.ts'
import type { Encoder } from './contract/features.ts'
import type { Action, CallAction, Policy, State } from './contract/policy.ts'
import type { Query } from './contract/query.ts'
import { withFailover } from './decide/failover.ts'
import { createNamedPolicy } from './decide/named.ts'
import { findOperatingPoint } from './decide/operating-point.ts'
import { createThresholdPolicy } from './decide/threshold.ts'
import { selectFeasible } from './pool/feasible.ts'
import type { Ask } from './request/ask.ts'

/** Everything a decision depends on, besides the query and what is asked. Frozen for the life of a configuration. */
export interface River {
  readonly pair: Pair
  readonly candidates: readonly Candidate[]
  readonly encoder: Encoder
  readonly estimator: Estimator
  /** Per mode, from the artifact's calibration. */
  readonly levels: Readonly<Record<Mode, readonly OperatingPoint[]>>
  /** Mode of a query that names none. */
  readonly mode: Mode
  /** Chance that a promise of `levels` holds: 1 - delta. */
  readonly confidence: number
  /** What happens to a query unlike the training rows at a quality level. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** Where a routed query goes when the estimator throws. Default 'large'. */
  readonly onEstimatorFailure?: keyof Pair
}

/** One upstream call. Never throws for an upstream's failure: it returns an attempt with `error`. */
export type Call<A extends Attempt> = (action: CallAction) => Promise<A>

export interface Served<A extends Attempt> {
  readonly decision: Decision
  readonly attempts: readonly A[]
  /** The accepted attempt; undefined when every call failed. */
  readonly accepted: A | undefined
}

/** Decides without calling anything. Throws `pool.empty` when no candidate can serve the query. */
export function decide(river: River, query: Query, ask: Ask): Decision {
  return prepare(river, query, ask).decision
}

/** Serves one query. Throws `pool.empty` when no candidate can serve it; upstream failures are in the attempts. */
export async function serve<A extends Attempt>(
  river: River,
  { query, ask }: { readonly query: Query; readonly ask: Ask },
  call: Call<A>,
): Promise<Served<A>> {
  const { decision, policy, state, first } = prepare(river, query, ask)
  const attempts: A[] = []
  let action: Action = first
  while (action.kind === 'call') {
    attempts.push(await call(action))
    action = policy.next({ ...state, attempts })
  }
  return { decision, attempts, accepted: action.kind === 'accept' ? attempts[action.attempt] : undefined }
}

interface Prepared {
  readonly decision: Decision
  readonly policy: Policy
  readonly state: State
  readonly first: CallAction
}

function prepare(river: River, query: Query, ask: Ask): Prepared {
  const { candidates, refused } = selectFeasible(query, river.candidates)
  const seen = ask.kind === 'model' ? NOT_SEEN : see(river, query)
  const point =
    ask.kind === 'quality' ? findOperatingPoint(river.levels[ask.mode ?? river.mode], ask.quality) : undefined
  const policy = createPolicy(river, ask, point)
  const state: State = {
    query,
    candidates,
    attempts: [],
    ...(seen.estimates === undefined ? {} : { estimates: seen.estimates }),
  }
  const first = policy.next(state)
  if (first.kind !== 'call') throw emptyPool(refused)
  const decision: Decision = {
    model: first.model,
    reason: first.reason,
    score: seen.estimates?.pSmall ?? null,
    threshold: first.threshold ?? null,
    ...describeLevel(river, ask, point),
    truncated: seen.truncated,
    unfamiliar: seen.estimates?.isUnfamiliar === true,
    propensity: first.propensity,
    ranking: first.ranking,
    policy: policy.name,
    refused,
  }
  return { decision, policy, state, first }
}

function describeLevel(
  { confidence }: River,
  ask: Ask,
  point: OperatingPoint | undefined,
): Pick<Decision, 'quality' | 'level' | 'mode' | 'confidence'> {
  if (ask.kind !== 'quality' || point === undefined) {
    return { quality: null, level: null, mode: null, confidence: null }
  }
  const { quality: level, mode, threshold } = point
  const isPromised = mode === 'promise' && threshold !== null
  return { quality: ask.quality, level, mode, confidence: isPromised ? confidence : null }
}

function createPolicy(river: River, ask: Ask, point: OperatingPoint | undefined): Policy {
  if (ask.kind === 'model') return createNamedPolicy(ask.model)
  const threshold = ask.kind === 'threshold' ? ask.threshold : (point?.threshold ?? null)
  const { pair, onEstimatorFailure = 'large' } = river
  // A raw cut-off is the caller's own rule and is applied as it stands.
  const onUnfamiliar = ask.kind === 'quality' ? (river.onUnfamiliar ?? 'large') : 'score'
  const noThresholdReason = point?.mode === 'promise' ? 'level_not_provable' : 'level_not_feasible'
  return withFailover(
    createThresholdPolicy({ pair, threshold, noThresholdReason, onUnfamiliar, onEstimatorFailure }),
  )
}

interface Seen {
  readonly estimates?: Estimates
  readonly truncated: boolean
}

const NOT_SEEN: Seen = { truncated: false }

/** A failing encoder or estimator must not fail the request; the decision records it as `estimator_failed`. */
function see({ encoder, estimator }: River, query: Query): Seen {
  try {
    const features = encoder.encode(query)
    const { truncated } = features
    const estimates = estimator.estimate(features)
    // NaN compares as "below" and would go to the large model without a word.
    return Number.isFinite(estimates.pSmall) ? { estimates, truncated } : { truncated }
  } catch {
    return NOT_SEEN
  }
}

function emptyPool(refused: readonly Refusal[]): WeirError {
  const why = refused.map(({ model, because }) => `${model}: ${because}`).join(', ')
  return new WeirError(
    'pool.empty',
    `no candidate can serve this query (${why || 'none is configured'}); add a model that can`,
  )
}
