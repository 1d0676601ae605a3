/**
 * Policy: the pure rule from state to action (house section 2). serve.ts runs its actions against live upstreams,
 * replay.ts against recorded outcomes; neither knows which policy it runs.
 */
import type { Attempt } from './attempt.ts'
import type { Candidate } from './candidate.ts'
import type { Estimates } from './estimate.ts'
import type { Query } from './query.ts'

/** Why a model was chosen. Documented in docs/lifecycle.md; stable, scripts match on it. */
export type Reason =
  /** score reached the threshold: the small model is expected to be good enough */
  | 'score_at_or_above_threshold'
  /** score is below the threshold: spills over to the large model */
  | 'score_below_threshold'
  /** no threshold keeps the asked level on the calibration rows: everything goes to the large model */
  | 'level_not_feasible'
  /** a promise was asked for and the calibration rows are too few to prove the level: everything goes to the large model */
  | 'level_not_provable'
  /** the caller named a real model */
  | 'model_named'
  /** only one candidate can serve the query */
  | 'only_candidate'
  /** the first choice failed with an error */
  | 'failover'
  /** the query is unlike the training rows, so its score is an extrapolation */
  | 'unfamiliar_query'
  /** the estimator failed; the configuration says what happens then */
  | 'estimator_failed'

export interface State {
  readonly query: Query
  /** Feasible candidates, from pool/. */
  readonly candidates: readonly Candidate[]
  /** Absent when no estimator ran (a named model) or when it failed. */
  readonly estimates?: Estimates
  /** Calls made so far, oldest first. */
  readonly attempts: readonly Attempt[]
}

export interface CallAction {
  readonly kind: 'call'
  readonly model: string
  /** Number of answers asked for; 1 for routers. */
  readonly samples: number
  /** Probability with which this policy makes this choice in this state. Range (0, 1]. */
  readonly propensity: number
  readonly reason: Reason
  /** All feasible models, most preferred first. */
  readonly ranking: readonly string[]
  /** Cut-off applied, when there was one. */
  readonly threshold?: number
}

export interface AcceptAction {
  readonly kind: 'accept'
  /** Index into State.attempts. */
  readonly attempt: number
}

export interface AbstainAction {
  readonly kind: 'abstain'
  readonly reason: 'no_candidate' | 'all_failed'
}

export type Action = CallAction | AcceptAction | AbstainAction

export interface Policy {
  readonly name: string
  next(state: State): Action
}
