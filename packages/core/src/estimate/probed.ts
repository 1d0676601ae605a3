/**
 * Probed models: candidates that training did not know. What is hard for the trained models is taken to be hard for them too:
 *
 *   log-odds quality = bias + slope * mean over trained models of their log-odds          costUsd = mean cost * mean relative cost of the trained
 *
 * The trained models' own estimates do not change. Fitted by learn/fit-probe.ts.
 */
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { ProbedMember } from '../contract/pool-artifact.ts'
import { logit, sigmoid } from '../math/logistic.ts'

/** Mean log-odds of the trained models: how easy the query is. */
export function easeOf(trained: readonly CandidateEstimate[]): number {
  let sum = 0
  for (const { quality } of trained) sum += logit(quality)
  return sum / trained.length
}

/** Mean cost of the trained models' calls as multiples of their means; 1 where costs are not known. `meansUsd`: in their order. */
export function relativeCostOf(
  trained: readonly CandidateEstimate[],
  meansUsd: readonly number[] | undefined,
): number {
  if (meansUsd === undefined) return 1
  let sum = 0
  trained.forEach(({ costUsd = 0 }, j) => (sum += costUsd / (meansUsd[j] ?? 1)))
  return sum / trained.length
}

/** Estimates of the probed models, in their order. */
export function estimateProbed(
  probed: readonly ProbedMember[],
  trained: readonly CandidateEstimate[],
  meansUsd: readonly number[] | undefined,
): readonly CandidateEstimate[] {
  const ease = easeOf(trained)
  const relative = relativeCostOf(trained, meansUsd)
  return probed.map(({ model, bias, slope, costUsd }) => ({
    model,
    quality: sigmoid(bias + slope * ease),
    ...(costUsd === null ? {} : { costUsd: costUsd * relative }),
  }))
}
