/**
 * Session: wraps a policy so that leaving a model's prompt cache has its price. Where the policy would begin with the small model and the
 * large one's provider holds the conversation, staying costs a little each turn and leaving costs much once:
 *
 *   cost(m, w) = (inputTokens - w) * inputPrice_m + w * cachedPrice_m + outputTokens * outputPrice_m
 *   rent       = cost(large, warm_large) - cost(small, warm)      what this turn costs more with the large model, were both caches warm
 *   price      = cost(small, warm_small) - cost(small, warm)      what the small model's cold cache costs, once
 *   warm       = max(warm_small, warm_large)
 *   large     <=>  (stays + 1) * rent <= price
 *
 * How long a conversation goes on is not known. Renting until the rents come to the price costs at most twice what one would have paid
 * knowing it (ski rental: Karlin, Manasse, Rudolph, Sleator, Competitive snoopy caching, Algorithmica 3, 1988). The rent is taken as that of
 * this turn for the turns before as well. Where the large model is no dearer even with both caches warm, it is kept.
 *
 * The other way there is no choice: a query that is too hard for the small model goes to the large one whatever is cached, because the
 * level is asked of the answer, not of the bill. So a session only ever moves queries to the large model. A promise is proven for
 * queries one by one; with sessions fewer of them stay small than were counted then.
 *
 * In a pool every model takes the large one's place that is believed at least as good as the chosen one; of several the one that saves most.
 *
 * Without all prices of both models nothing is compared and the policy stands: unknown is not free.
 */
import type { Candidate, Pair } from '../contract/candidate.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
import type { Session } from '../contract/session.ts'

/** `pair`: null for a pool. */
export function withSession(policy: Policy, pair: Pair | null): Policy {
  return {
    name: policy.name,
    next(state: State): Action {
      const action = policy.next(state)
      const { query, attempts } = state
      const { session } = query
      if (session === undefined || attempts.length > 0 || action.kind !== 'call') return action
      const [kept] = modelsToKeep(action.model, state, pair)
        .flatMap((large) => weigh(state, { small: action.model, large }, session) ?? [])
        .sort((a, b) => b.savedUsd - a.savedUsd)
      if (kept === undefined) return action
      const { readsAnswer: _readsAnswer, ...call } = action
      const { model, terms } = kept
      return {
        ...call,
        model,
        samples: 1,
        reason: 'cache_warm',
        ranking: [model, ...action.ranking.filter((one) => one !== model)],
        because: { ...terms, stays: session.stays },
      }
    },
  }
}

/** Those that would do at least as well as the chosen one. */
function modelsToKeep(chosen: string, { estimates }: State, pair: Pair | null): readonly string[] {
  if (pair !== null) return chosen === pair.small ? [pair.large] : []
  const believed = estimates?.candidates ?? []
  const quality = believed.find(({ model }) => model === chosen)?.quality ?? Infinity
  return believed.filter((one) => one.model !== chosen && one.quality >= quality).map(({ model }) => model)
}

/** Undefined when the large model is not to be kept. */
function weigh(
  { candidates }: State,
  pair: Pair,
  session: Session,
): { readonly model: string; readonly terms: Terms; readonly savedUsd: number } | undefined {
  const terms = price(candidates, pair, session)
  if (terms === undefined) return undefined
  const savedUsd = terms.priceUsd - (session.stays + 1) * terms.rentUsd
  return savedUsd < 0 ? undefined : { model: pair.large, terms, savedUsd }
}

interface Terms {
  readonly rentUsd: number
  readonly priceUsd: number
}

/** Undefined when nothing of the large model is cached, or a price is unknown. */
function price(
  candidates: readonly Candidate[],
  { small, large }: Pair,
  session: Session,
): Terms | undefined {
  const { inputTokens, warmTokens } = session
  const held = (model: string): number => Math.min(warmTokens[model] ?? 0, inputTokens)
  if (held(large) === 0) return undefined
  const find = (model: string): Candidate | undefined => candidates.find((one) => one.model === model)
  const warm = predictCostUsd(find(small), session, Math.max(held(small), held(large)))
  const now = predictCostUsd(find(small), session, held(small))
  const stay = predictCostUsd(find(large), session, held(large))
  if (warm === undefined || now === undefined || stay === undefined) return undefined
  return { rentUsd: stay - warm, priceUsd: now - warm }
}

/** With `warm` tokens of the prompt cached. Undefined when the candidate is not there or one of its prices is unknown. */
function predictCostUsd(
  candidate: Candidate | undefined,
  { inputTokens, outputTokens }: Session,
  warm: number,
): number | undefined {
  const { inputUsdPerMTok, cachedInputUsdPerMTok, outputUsdPerMTok } = candidate ?? {}
  if (inputUsdPerMTok === undefined || cachedInputUsdPerMTok === undefined) return undefined
  if (outputUsdPerMTok === undefined) return undefined
  const input = (inputTokens - warm) * inputUsdPerMTok + warm * cachedInputUsdPerMTok
  return (input + outputTokens * outputUsdPerMTok) / 1e6
}
