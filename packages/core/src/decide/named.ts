/**
 * Named policy: the caller asked for one real model, so it is called and nothing else is: no routing, no failover.
 */
import type { Action, Policy, State } from '../contract/policy.ts'

export function createNamedPolicy(model: string): Policy {
  return {
    name: 'named',
    next({ candidates, attempts }: State): Action {
      const last = attempts.at(-1)
      if (last?.error !== undefined) return { kind: 'abstain', reason: 'all_failed' }
      if (last !== undefined) return { kind: 'accept', attempt: attempts.length - 1 }
      if (!candidates.some((candidate) => candidate.model === model))
        return { kind: 'abstain', reason: 'no_candidate' }
      return { kind: 'call', model, samples: 1, propensity: 1, reason: 'model_named', ranking: [model] }
    },
  }
}
