/**
 * Caps: wraps a policy so that one request stays within a number of calls, an amount of money and a time. A cap stops further calls; the
 * best answer so far is given and marked. The first call is always made, and so is a failover while there is no answer: a cap is a limit on
 * escalation, not a refusal to answer.
 *
 * Extra calls of scorers count like any other; an answer that will be read is expected to take as many as the most that one took so far.
 * Money and time already spent are metered; what the next call will cost is the candidate's expected cost where the state knows it, else
 * nothing, so a cap on money may be passed by the last call's own cost when prices are unknown.
 */
import type { Attempt } from '../contract/attempt.ts'
import type { AcceptReason, Action, CallAction, Policy, State } from '../contract/policy.ts'
import { bestAnswer } from './cascade.ts'

/** Absent: no cap. */
export interface Caps {
  /** Upstream calls, extra calls of scorers among them. At least 1. */
  readonly calls?: number
  /** Metered cost of the whole request, USD. */
  readonly usd?: number
  /** Time from the first call on, ms. */
  readonly ms?: number
}

export function withCaps(policy: Policy, caps: Caps): Policy {
  return {
    name: policy.name,
    next(state: State): Action {
      const action = policy.next(state)
      if (action.kind !== 'call') return markLate(action, state.attempts)
      if (state.attempts.length === 0) return action
      const best = bestAnswer(state.attempts)
      const reason = isOutOfTime(state.attempts)
        ? 'cap_time'
        : exceeded({ ...UNLIMITED, ...caps }, state, action)
      if (reason === undefined || best === undefined) return action
      return { kind: 'accept', attempt: best, reason }
    },
  }
}

/** A call that was cut at the time cap looks like a failed escalation to the policy. */
function markLate<A extends Action>(action: A, attempts: readonly Attempt[]): A {
  const isLate = action.kind === 'accept' && action.reason === 'escalation_failed' && isOutOfTime(attempts)
  return isLate ? { ...action, reason: 'cap_time' } : action
}

/** True when a call was cut because the time was up: clocks of single calls need not add up to the cap then. */
function isOutOfTime(attempts: readonly Attempt[]): boolean {
  return withChecks(attempts).some(({ error }) => error?.code === 'limit.time')
}

const UNLIMITED: Required<Caps> = { calls: Infinity, usd: Infinity, ms: Infinity }

function exceeded(
  caps: Required<Caps>,
  { attempts, estimates }: State,
  { model, readsAnswer }: CallAction,
): AcceptReason | undefined {
  const { calls, usd, ms } = spent(attempts)
  const latest = attempts.at(-1)?.score?.candidates ?? estimates?.candidates
  const next = latest?.find((one) => one.model === model)?.costUsd ?? 0
  const extra = readsAnswer === true ? Math.max(...attempts.map(({ score }) => score?.calls.length ?? 0)) : 0
  if (calls + 1 + extra > caps.calls) return 'cap_calls'
  if (usd + next > caps.usd) return 'cap_cost'
  if (ms >= caps.ms) return 'cap_time'
  return undefined
}

export interface Spent {
  readonly calls: number
  readonly usd: number
  readonly ms: number
}

/** Everything that the attempts and their scorers' calls took. Unknown costs count as nothing. */
export function spent(attempts: readonly Attempt[]): Spent {
  let calls = 0
  let usd = 0
  let ms = 0
  for (const attempt of withChecks(attempts)) {
    calls += attempt.calls ?? 1
    usd += attempt.costUsd ?? 0
    ms += attempt.latencyMs ?? 0
  }
  return { calls, usd, ms }
}

/** Attempts, each followed by the calls that judged it. */
function withChecks(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.flatMap((one) => [one, ...(one.score?.calls ?? [])])
}
