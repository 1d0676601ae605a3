/**
 * Session: wraps a policy so that leaving a model's prompt cache has its price. Where the policy would begin with the small model, the
 * large one is called instead when, with what each provider still holds of the conversation, it is no dearer:
 *
 *   cost(m) = (inputTokens - warm_m) * inputPrice_m + warm_m * cachedPrice_m + outputTokens * outputPrice_m
 *   large   <=>  cost(large) <= cost(small)
 *
 * The other way there is no choice: a query that is too hard for the small model goes to the large one whatever is cached, because the
 * level is asked of the answer, not of the bill. So a session only ever moves queries to the large model. A promise is proven for
 * queries one by one; with sessions fewer of them stay small than were counted then.
 *
 * Without all prices of both models nothing is compared and the policy stands: unknown is not free.
 */
import type { Candidate, Pair } from '../contract/candidate.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
import type { Session } from '../contract/session.ts'

export function withSession(policy: Policy, pair: Pair): Policy {
  return {
    name: policy.name,
    next(state: State): Action {
      const action = policy.next(state)
      const { query, attempts, candidates } = state
      const { session } = query
      if (session === undefined || attempts.length > 0) return action
      if (action.kind !== 'call' || action.model !== pair.small) return action
      const costs = [pair.large, pair.small].map((model) => predictCostUsd(candidates, model, session))
      const [large, small] = costs
      if (large === undefined || small === undefined || large > small) return action
      const { readsAnswer: _readsAnswer, ...call } = action
      return {
        ...call,
        model: pair.large,
        samples: 1,
        reason: 'cache_warm',
        ranking: [pair.large, ...action.ranking.filter((model) => model !== pair.large)],
        because: { largeUsd: large, smallUsd: small },
      }
    },
  }
}

/** USD; undefined when the candidate is not there or one of its three prices is unknown. */
function predictCostUsd(
  candidates: readonly Candidate[],
  model: string,
  { inputTokens, outputTokens, warmTokens }: Session,
): number | undefined {
  const candidate = candidates.find((one) => one.model === model)
  const warm = Math.min(warmTokens[model] ?? 0, inputTokens)
  const { inputUsdPerMTok, outputUsdPerMTok, cachedInputUsdPerMTok } = candidate ?? {}
  if (inputUsdPerMTok === undefined || outputUsdPerMTok === undefined) return undefined
  if (warm > 0 && cachedInputUsdPerMTok === undefined) return undefined
  const cached = warm * (cachedInputUsdPerMTok ?? 0)
  return ((inputTokens - warm) * inputUsdPerMTok + cached + outputTokens * outputUsdPerMTok) / 1e6
}
