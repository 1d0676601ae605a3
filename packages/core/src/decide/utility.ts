/**
 * Utility router: one call, to the model with the highest utility by what is believed before any answer.
 *
 *   argmax over models of  quality - costWeight * cost - margin [cheaper than the reference]       ties: the cheaper one
 *
 * The margin is what a cheaper model must be expected to be better by, for those who ask for nearly all of the reference's quality. As weight or
 * margin changes towards more quality the choice never gets cheaper, by the costs that are believed. Also what cascade routing becomes when it may call once, and
 * CARROT's plug-in rule (arXiv:2502.03261). Source: house section 5 (utility); RouterBench, arXiv:2403.12031 section 3, with willingness to pay
 * 1 / costWeight.
 */
import { WeirError } from '../contract/errors.ts'
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { Action, Policy, Reason, State } from '../contract/policy.ts'

export interface UtilityPolicyOptions {
  /** Cheap to dear. Others of the pool are never called. */
  readonly models: readonly string[]
  /** Quality that one unit of cost must bring. At least 0; null: no weight serves what was asked, all goes to the reference. */
  readonly costWeight: number | null
  /** Where a query goes that cannot be weighed. Default: the dearest. */
  readonly reference?: string
  /** Quality that a model cheaper than the reference must be better by. At least 0, default 0. */
  readonly margin?: number
  /** Cost of a call of each model, for pools whose estimates know none. Default: the estimates' costUsd. */
  readonly fixedCosts?: readonly number[]
  /** Why nothing is weighed when costWeight is null. Default 'level_not_feasible'. */
  readonly noWeightReason?: 'level_not_feasible' | 'level_not_provable'
  /** What happens to a query unlike the training rows. Default 'score': it is weighed like the others. */
  readonly onUnfamiliar?: 'large' | 'score'
  /** Where a query goes without estimates: 'large', the reference, or 'small', the cheapest. Default 'large'. */
  readonly onEstimatorFailure?: 'small' | 'large'
}

/** Without estimates reason `estimator_failed`. A failed call is followed by the best of the others. */
export function createUtilityPolicy(options: UtilityPolicyOptions): Policy {
  const { models, costWeight } = options
  if (costWeight !== null && !(costWeight >= 0 && costWeight < Infinity)) {
    throw new WeirError(
      'config.threshold_range',
      `costWeight must be finite and at least 0, got ${costWeight}`,
    )
  }
  return {
    name: 'utility',
    next({ candidates, estimates, attempts }: State): Action {
      const answered = attempts.findIndex(({ error }) => error === undefined)
      if (answered >= 0) return { kind: 'accept', attempt: answered }
      const isFeasible = (model: string): boolean => candidates.some((one) => one.model === model)
      if (!models.some(isFeasible)) return { kind: 'abstain', reason: 'no_candidate' }
      const usable = models.filter(
        (model) => isFeasible(model) && !attempts.some((one) => one.model === model),
      )
      if (usable.length === 0) return { kind: 'abstain', reason: 'all_failed' }
      const ranked = rankByUtility(estimates?.candidates ?? [], options).filter((one) => usable.includes(one))
      const reason = whyNotWeighed(options, estimates, ranked.length)
      const ranking = order(usable, ranked, { ...options, reason })
      return {
        kind: 'call',
        model: ranking[0] ?? '',
        samples: 1,
        propensity: 1,
        reason: attempts.length > 0 ? 'failover' : (reason ?? 'best_value'),
        ranking,
      }
    },
  }
}

function whyNotWeighed(
  { costWeight, noWeightReason = 'level_not_feasible', onUnfamiliar = 'score' }: UtilityPolicyOptions,
  estimates: State['estimates'],
  ranked: number,
): Reason | undefined {
  if (ranked === 0 && costWeight !== null) return 'estimator_failed'
  if (costWeight === null) return noWeightReason
  return estimates?.isUnfamiliar === true && onUnfamiliar === 'large' ? 'unfamiliar_query' : undefined
}

function order(
  usable: readonly string[],
  ranked: readonly string[],
  options: UtilityPolicyOptions & { readonly reason: Reason | undefined },
): readonly string[] {
  const { reason, onEstimatorFailure } = options
  if (reason === undefined) return complete(ranked, usable)
  if (reason === 'estimator_failed' && onEstimatorFailure === 'small') return usable
  return putFirst(usable, ranked, options)
}

/** Those that could not be weighed come last, the dearest first. */
function complete(ranked: readonly string[], usable: readonly string[]): readonly string[] {
  return [...ranked, ...usable.filter((other) => !ranked.includes(other)).reverse()]
}

function putFirst(
  usable: readonly string[],
  ranked: readonly string[],
  { reference }: UtilityPolicyOptions,
): readonly string[] {
  const others = complete(ranked, usable)
  return reference !== undefined && usable.includes(reference)
    ? [reference, ...others.filter((one) => one !== reference)]
    : usable.toReversed()
}

/** Best first; those without an estimate, or without a price where money matters, are left out. */
export function rankByUtility(
  estimates: readonly CandidateEstimate[],
  options: Pick<UtilityPolicyOptions, 'models' | 'costWeight' | 'fixedCosts' | 'reference' | 'margin'>,
): readonly string[] {
  const { models, costWeight, fixedCosts, reference, margin = 0 } = options
  const weight = costWeight ?? 0
  const known = models.flatMap((model, place) => {
    const estimate = estimates.find((one) => one.model === model)
    if (estimate === undefined) return []
    const cost = fixedCosts?.[place] ?? estimate.costUsd ?? Infinity
    return [{ model, quality: estimate.quality, cost }]
  })
  const referenceCost = margin === 0 ? 0 : (known.find(({ model }) => model === reference)?.cost ?? 0)
  return known
    .map(({ model, quality, cost }) => {
      const worth = cost < referenceCost ? quality - margin : quality
      return { model, cost, value: weight === 0 ? worth : worth - weight * cost }
    })
    .filter(({ value }) => value > Number.NEGATIVE_INFINITY)
    .sort((a, b) => b.value - a.value || a.cost - b.cost)
    .map(({ model }) => model)
}
