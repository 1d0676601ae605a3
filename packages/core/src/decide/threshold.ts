/**
 * Threshold policy: the small model when its estimated chance of being good enough reaches the cut-off.
 *
 *   small  <=>  pSmall(query) >= threshold
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 3. The boundary belongs to the small model.
 * Choosing the threshold for a quality level is learn/select-threshold.ts; this file only applies it.
 */
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { Estimates } from '../contract/estimate.ts'
import type { Action, Policy, Reason, State } from '../contract/policy.ts'

export interface ThresholdPolicyOptions {
  readonly pair: Pair
  /** Cut-off on pSmall. Range [0, 1]; null sends everything to the large model. */
  readonly threshold: number | null
  /** Why there is no threshold. Default 'level_not_feasible'. */
  readonly noThresholdReason?: Reason
  /** What happens to a query unlike the training rows: 'large', or 'score', as if it were like them. Default 'large'. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** Where a query goes when no estimate could be made. Default 'large'. The decision says `estimator_failed`. */
  readonly onEstimatorFailure?: keyof Pair
}

/** Calls one model and accepts its answer. Deterministic: propensity 1; exploration wraps a policy, it is not an option here. */
export function createThresholdPolicy(options: ThresholdPolicyOptions): Policy {
  const { pair, threshold } = options
  if (threshold !== null && !(threshold >= 0 && threshold <= 1)) {
    throw new WeirError('config.threshold_range', `threshold must be in [0, 1], got ${threshold}`)
  }
  return {
    name: 'threshold',
    next({ candidates, estimates, attempts }: State): Action {
      if (attempts.length > 0) return { kind: 'accept', attempt: attempts.length - 1 }
      const feasible = candidates
        .map(({ model }) => model)
        .filter((m) => m === pair.small || m === pair.large)
      const [first] = feasible
      if (first === undefined) return { kind: 'abstain', reason: 'no_candidate' }
      const { side, reason } = choose(estimates, options)
      const isOnly = feasible.length === 1
      const model = isOnly ? first : pair[side]
      return {
        kind: 'call',
        model,
        samples: 1,
        propensity: 1,
        reason: isOnly && pair.small !== pair.large ? 'only_candidate' : reason,
        ranking: [model, ...feasible.filter((other) => other !== model)],
        ...(threshold === null ? {} : { threshold }),
      }
    },
  }
}

function choose(
  estimates: Estimates | undefined,
  {
    threshold,
    noThresholdReason = 'level_not_feasible',
    onUnfamiliar = 'large',
    onEstimatorFailure = 'large',
  }: ThresholdPolicyOptions,
): { readonly side: keyof Pair; readonly reason: Reason } {
  if (threshold === null) return { side: 'large', reason: noThresholdReason }
  if (estimates === undefined) return { side: onEstimatorFailure, reason: 'estimator_failed' }
  if (estimates.isUnfamiliar === true && onUnfamiliar === 'large') {
    return { side: 'large', reason: 'unfamiliar_query' }
  }
  return estimates.pSmall >= threshold
    ? { side: 'small', reason: 'score_at_or_above_threshold' }
    : { side: 'large', reason: 'score_below_threshold' }
}
