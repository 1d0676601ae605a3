/**
 * Failover: wraps a policy so that a call that failed before the commit point is followed by the next model of its ranking,
 * once. Escalation is something else: there the answer arrived and was not good enough (house section 5, moves).
 */
import type { Action, CallAction, Policy, State } from '../contract/policy.ts'

export function withFailover(policy: Policy): Policy {
  return {
    name: policy.name,
    next(state: State): Action {
      const failed = state.attempts.at(-1)
      if (failed?.error === undefined) return policy.next(state)
      const first = policy.next({ ...state, attempts: [] })
      if (first.kind !== 'call') return first
      return nextInRanking(first, state) ?? { kind: 'abstain', reason: 'all_failed' }
    },
  }
}

function nextInRanking(first: CallAction, { attempts }: State): CallAction | undefined {
  if (attempts.length > 1) return undefined
  const model = first.ranking.find((candidate) => !attempts.some((attempt) => attempt.model === candidate))
  return model === undefined ? undefined : { ...first, model, reason: 'failover' }
}
