/**
 * Policy: the pure rule from state to action (house section 2). serve.ts runs its actions against live upstreams,
 * replay.ts against recorded outcomes; neither knows which policy it runs.
 */
import type { Attempt } from './attempt.ts'
import type { Candidate } from './candidate.ts'
import type { Estimates } from './estimate.ts'
import type { Query } from './query.ts'

/** Ways to serve a query. `route`: choose before any answer, call once. The others look at answers. */
export type PolicyName = 'route' | 'cascade' | 'cascade-routing' | 'best-of-n'

export const POLICY_NAMES: readonly PolicyName[] = ['route', 'cascade', 'cascade-routing', 'best-of-n']

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
  /** a cascade begins with its first stage: the answer will be read before it is given */
  | 'first_stage'
  /** the answer before was read and is not good enough: escalation */
  | 'answer_below_threshold'
  /** of all sets of models that could be run, the best one by expected quality less weighted cost has this model next */
  | 'best_value'
  /** the answer before could not be judged; the configuration says what happens then */
  | 'scorer_failed'
  /** what is left of the budget pays for the large model for all requests left: no draft is needed */
  | 'budget_pays_for_large'
  /** the caller asked for the next stage of an answer given before */
  | 'escalation_asked'
  /** the large model's provider still holds the conversation in its prompt cache, and leaving it would cost more than staying has so far */
  | 'cache_warm'

/** Why an answer was given. */
export type AcceptReason =
  /** nothing reads answers: the one that arrived is given */
  | 'only_answer'
  /** the best of several answers of one call */
  | 'best_sample'
  /** its chance of being good enough reached the cut-off */
  | 'answer_at_or_above_threshold'
  /** there is no further stage */
  | 'last_stage'
  /** no further call is expected to be worth its cost */
  | 'stopping_is_best'
  /** it could not be judged, and the configuration says to give it */
  | 'scorer_failed'
  /** a further stage failed with an error: the best answer so far */
  | 'escalation_failed'
  /** a further call would take from the budget what small calls for the rest of its period need */
  | 'budget_spent'
  /** too few answers were seen to tell a low signal from a high one */
  | 'warming_up'
  /** a further call would exceed a cap of the request: the best answer so far */
  | 'cap_calls'
  | 'cap_cost'
  | 'cap_time'

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
  /** True when the policy will read the answer before it is given: a live stream is then held back until it has. Default false. */
  readonly readsAnswer?: boolean
  /** What the choice was made of, by name; numbers as the policy's method page explains them. */
  readonly because?: Readonly<Record<string, number>>
}

export interface AcceptAction {
  readonly kind: 'accept'
  /** Index into State.attempts. */
  readonly attempt: number
  /** Default 'only_answer'. */
  readonly reason?: AcceptReason
  /** As of a call. */
  readonly because?: Readonly<Record<string, number>>
}

export interface AbstainAction {
  readonly kind: 'abstain'
  readonly reason:
    | 'no_candidate'
    | 'all_failed'
    /** the answer was read and its chance of being good enough is below the reject cut-off: better none than this */
    | 'answer_rejected'
}

export type Action = CallAction | AcceptAction | AbstainAction

export interface Policy {
  readonly name: string
  next(state: State): Action
}
