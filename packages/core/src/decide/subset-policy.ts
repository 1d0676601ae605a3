/**
 * Subset policy: calls the models of a set one after the other, then gives the answer with the most weight in the vote (subset.ts). For answers with
 * something to compare: a choice, a number, a label. Every member is paid for; a stream has to wait for all of them.
 */
import type { CandidateEstimate } from '../contract/estimate.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
import type { Answer } from '../contract/answer.ts'
import {
  chooseKnapsack,
  chooseUntil,
  weighVotes,
  type Member,
  type Objective,
  type UntilOptions,
} from './subset.ts'

export interface SubsetPolicyOptions {
  /** Which models answer: MODI's knapsack within `budget` USD a query, or SelectLLM's rule. */
  readonly choose:
    | ({ readonly by: 'until' } & UntilOptions)
    | { readonly by: 'knapsack'; readonly budget: number; readonly objective: Objective }
  /** What is compared; undefined when there is nothing in it. For example `finalAnswerOf`. */
  readonly answerOf: (answer: Answer) => string | undefined
}

/** Without estimates the first candidate answers alone, with reason `estimator_failed`; when nobody of the set answered, the others follow. */
export function createSubsetPolicy({ choose, answerOf }: SubsetPolicyOptions): Policy {
  return {
    name: 'subset',
    next(state: State): Action {
      const { candidates, attempts } = state
      const ranked = rankFeasible(state)
      if (candidates.length === 0) return { kind: 'abstain', reason: 'no_candidate' }
      const set = pickSet(ranked, choose)
      const isOpen = (model: string): boolean => !attempts.some((one) => one.model === model)
      const hasAnswer = attempts.some(({ error }) => error === undefined)
      const ranking = [...set, ...ranked.map(({ model }) => model).filter((model) => !set.includes(model))]
      const next = ranking.find((model) => isOpen(model) && (set.includes(model) || !hasAnswer))
      if (next === undefined)
        return hasAnswer ? give(state, answerOf) : { kind: 'abstain', reason: 'all_failed' }
      return {
        kind: 'call',
        model: next,
        samples: 1,
        propensity: 1,
        reason: reasonOf(state, set.includes(next)),
        ranking: [next, ...ranking.filter((model) => model !== next && isOpen(model))],
        readsAnswer: true,
      }
    },
  }
}

function reasonOf({ estimates }: State, isMember: boolean): 'estimator_failed' | 'best_value' | 'failover' {
  if (estimates?.candidates === undefined) return 'estimator_failed'
  return isMember ? 'best_value' : 'failover'
}

/** Feasible models by falling quality; those without an estimate come last and count as never right. */
function rankFeasible({ candidates, estimates }: State): readonly CandidateEstimate[] {
  return candidates
    .map(({ model }) => estimates?.candidates?.find((one) => one.model === model) ?? { model, quality: 0 })
    .toSorted((a, b) => b.quality - a.quality)
}

/** In falling quality. At least one: a query is answered even where the budget buys nothing, by the cheapest. */
function pickSet(
  ranked: readonly CandidateEstimate[],
  choose: SubsetPolicyOptions['choose'],
): readonly string[] {
  const members: readonly Member[] = ranked.map(({ quality, costUsd = 0 }) => ({ quality, cost: costUsd }))
  const places = choose.by === 'until' ? chooseUntil(members, choose) : chooseKnapsack(members, choose)
  if (places.length > 0) return places.toSorted((a, b) => a - b).map((place) => ranked[place]?.model ?? '')
  const cheapest = ranked.reduce((best, one) => ((one.costUsd ?? 0) < (best.costUsd ?? 0) ? one : best))
  return [cheapest.model]
}

function give({ attempts, estimates }: State, answerOf: SubsetPolicyOptions['answerOf']): Action {
  const answered = [...attempts.keys()].filter((place) => attempts[place]?.error === undefined)
  const winner = weighVotes(
    answered.map((place) => {
      const attempt = attempts[place]
      const answer = attempt?.answers?.[attempt.best ?? 0]
      return {
        answer: answer === undefined ? undefined : answerOf(answer),
        probability: estimates?.candidates?.find((one) => one.model === attempt?.model)?.quality ?? 0,
      }
    }),
  )
  return {
    kind: 'accept',
    attempt: answered[winner] ?? 0,
    reason: answered.length > 1 ? 'best_sample' : 'only_answer',
  }
}
