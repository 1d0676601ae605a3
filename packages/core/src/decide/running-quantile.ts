/**
 * Running quantile (margin sampling): the small model's answer is escalated when its signal is among the lowest share of those seen so far, the
 * share being what the budget pays for. Nothing is trained.
 *
 *   p = what is left for large calls / (requests left x c_large) = (B - spent - rest c_small) / (rest c_large)      in [0, 1]
 *   escalate  <=>  signal < p-quantile of the signals seen
 *
 * with B the budget of a period of requests and `rest` those left in it. Guards: an escalation must leave enough for small calls for all the rest,
 * and when the large model can be paid for all the rest, it is called straight away. Source: Ramirez et al., arXiv:2405.02134. Departures: any
 * signal beside the first token's margin; p from what is left, theirs is constant at (budget - c_small) / c_large, which leaves unspent what
 * the warm-up saved and overspends where answers are longer than expected.
 */
import type { Pair } from '../contract/candidate.ts'
import { WeirError } from '../contract/errors.ts'
import type { AcceptReason, Action, Policy, State } from '../contract/policy.ts'
import type { SignalName } from '../contract/score.ts'
import { spent } from './caps.ts'
import { createCascadePolicy, type CascadePolicyOptions } from './cascade.ts'
import { PERIOD, type QuantileMemory } from './quantile-memory.ts'

export interface RunningQuantileOptions extends Pick<CascadePolicyOptions, 'onScorerFailure'> {
  readonly pair: Pair
  readonly signal: SignalName
  /** Of the requests before this one. */
  readonly memory: QuantileMemory
  /** Mean cost of a request to keep to, USD. At least the cost of a small call. */
  readonly budgetUsdPerQuery: number
  /** Expected cost of one call, checks of its answer included, USD. */
  readonly costUsd: { readonly small: number; readonly large: number }
  /** Signals to be seen before the first escalation. Default 20, as in the paper's code. */
  readonly warmup?: number
  /** Requests that share one budget: as in `remember`. Default 1,000. */
  readonly period?: number
}

export const WARM_UP: number = 20

/** Throws `config.threshold_range` when the budget does not pay for the small model, or the large one is not dearer. */
export function createRunningQuantilePolicy(options: RunningQuantileOptions): Policy {
  checkCosts(options)
  const { pair, onScorerFailure = 'escalate' } = options
  const cascade = createCascadePolicy({
    stages: [
      { model: pair.small, accept: 0.5 },
      { model: pair.large, accept: 0 },
    ],
    onScorerFailure,
    ...(isAmple(options) ? { noThresholdReason: 'budget_pays_for_large' } : {}),
  })
  return {
    name: 'running-quantile',
    next(state: State): Action {
      const verdict = judge(options, state)
      const attempts = state.attempts.map((attempt) =>
        attempt.score === undefined || attempt.model !== pair.small
          ? attempt
          : { ...attempt, score: { ...attempt.score, pGoodEnough: verdict.p } },
      )
      const action = cascade.next({ ...state, attempts })
      if (action.kind === 'accept' && action.reason === 'answer_at_or_above_threshold') {
        return { ...action, reason: verdict.reason }
      }
      if (action.kind !== 'call') return action
      const { threshold: _, ...call } = action
      return call
    },
  }
}

interface Account {
  /** Requests left in the period, this one among them. */
  readonly rest: number
  /** USD left for them. */
  readonly left: number
}

function accountOf({ memory, budgetUsdPerQuery, period = PERIOD }: RunningQuantileOptions): Account {
  return { rest: period - memory.requests, left: period * budgetUsdPerQuery - memory.spentUsd }
}

function isAmple(options: RunningQuantileOptions): boolean {
  const { rest, left } = accountOf(options)
  return left >= rest * options.costUsd.large
}

interface Verdict {
  /** 1: the small answer stays. 0: it is escalated. Null: it carries no signal. */
  readonly p: 0 | 1 | null
  readonly reason: AcceptReason
}

function stays(reason: AcceptReason): Verdict {
  return { p: 1, reason }
}

function judge(options: RunningQuantileOptions, { attempts }: State): Verdict {
  const { pair, signal, memory, warmup = WARM_UP } = options
  if (!canPay(options, spent(attempts).usd)) return stays('budget_spent')
  const value = attempts.find(({ model }) => model === pair.small)?.score?.signals[signal]
  if (value === undefined) return { p: null, reason: 'scorer_failed' }
  if (memory.ascending.length < warmup) return stays('warming_up')
  const cut = quantileOf(memory.ascending, escalationShare(options))
  return { p: value < cut ? 0 : 1, reason: 'answer_at_or_above_threshold' }
}

/** Share of the requests left that may be escalated. Range [0, 1]. */
export function escalationShare(options: RunningQuantileOptions): number {
  const { rest, left } = accountOf(options)
  const { small, large } = options.costUsd
  return Math.min(1, Math.max(0, (left - rest * small) / (rest * large)))
}

/** Does an escalation leave enough for small calls for all the rest? `usd`: what this request has cost so far. */
function canPay(options: RunningQuantileOptions, usd: number): boolean {
  const { rest, left } = accountOf(options)
  const { small, large } = options.costUsd
  return left - usd >= large + (rest - 1) * small
}

/** The value that a share p of `ascending` lies below; above all of them for p = 1. */
function quantileOf(ascending: Float64Array, p: number): number {
  return ascending[Math.floor(p * ascending.length)] ?? Infinity
}

function checkCosts({ budgetUsdPerQuery, costUsd: { small, large } }: RunningQuantileOptions): void {
  if (small >= 0 && large > small && budgetUsdPerQuery >= small) return
  throw new WeirError(
    'config.threshold_range',
    `a running quantile needs 0 <= small < large and a budget of at least a small call, got small ${small}, large ${large}, budget ${budgetUsdPerQuery} USD`,
  )
}
