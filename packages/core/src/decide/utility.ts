/**
 * Utility router: one call, to the model with the highest utility by what is believed before any answer.
 *
 *   argmax over models of  quality - costWeight * costUsd           ties: the cheaper one
 *
 * What cascade routing becomes when it may call once, and the baseline it is measured against. Source: house section 5 (utility); RouterBench,
 * arXiv:2403.12031 section 3, with willingness to pay 1 / costWeight.
 */
import { WeirError } from '../contract/errors.ts'
import type { Action, Policy, State } from '../contract/policy.ts'

export interface UtilityPolicyOptions {
  /** Cheap to dear. Others of the pool are never called. */
  readonly models: readonly string[]
  /** Quality that one USD must bring. At least 0. */
  readonly costWeight: number
}

/** Without estimates the dearest model, with reason `estimator_failed`. A failed call is followed by the best of the others. */
export function createUtilityPolicy({ models, costWeight }: UtilityPolicyOptions): Policy {
  if (!(costWeight >= 0 && costWeight < Infinity)) {
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
      const dearest = usable.at(-1)
      if (dearest === undefined) return { kind: 'abstain', reason: 'all_failed' }
      const ranked = rank(usable, estimates?.candidates ?? [], costWeight)
      const model = ranked[0] ?? dearest
      const reason = ranked.length === 0 ? 'estimator_failed' : 'best_value'
      return {
        kind: 'call',
        model,
        samples: 1,
        propensity: 1,
        reason: attempts.length > 0 ? 'failover' : reason,
        ranking: [...ranked, ...usable.filter((other) => !ranked.includes(other)).reverse()],
      }
    },
  }
}

/** Best first; those without an estimate, or without a price where money matters, are left out. */
function rank(
  models: readonly string[],
  estimates: NonNullable<NonNullable<State['estimates']>['candidates']>,
  costWeight: number,
): readonly string[] {
  return models
    .flatMap((model) => {
      const estimate = estimates.find((one) => one.model === model)
      if (estimate === undefined) return []
      const { quality, costUsd = Infinity } = estimate
      const value = costWeight === 0 ? quality : quality - costWeight * costUsd
      return value > Number.NEGATIVE_INFINITY ? [{ model, value, costUsd }] : []
    })
    .sort((a, b) => b.value - a.value || a.costUsd - b.costUsd)
    .map(({ model }) => model)
}
