/**
 * Record end: what a request leaves when it has ended: its row in the store, its cost on the account of its key, what its conversation's models
 * hold, and the end that observers hear of.
 */
import type { ErrorCode } from '@weir/core'
import type { Grant } from '../access/access.ts'
import type { UpstreamClient } from '../upstream/client.ts'
import { priceChat, priceOne } from './admission.ts'
import { chargeOf } from './charge.ts'
import type { DeliverOptions } from './deliver-options.ts'
import type { Exchange, LiveServed } from './exchange.ts'
import { observeEnd } from './observe.ts'
import { toRowText, type EndedParts } from './row-text.ts'
import { endAttempts, type Ended, type Ending, type RowParts } from './row.ts'

interface Recorded {
  readonly served: LiveServed
  readonly ending?: Ending
  /** What the caller was told, or what broke its stream off. */
  readonly error?: ErrorCode | undefined
}

export function isUnwatched(
  { store }: DeliverOptions,
  { observation, grant, sessionKey }: Exchange,
): boolean {
  return store === undefined && observation === undefined && grant === undefined && sessionKey === undefined
}

/** Each model that answered holds what it was sent and gave. */
function remember(
  { sessions }: DeliverOptions,
  key: string,
  { served, ending }: Pick<RowParts, 'served' | 'ending'>,
): void {
  for (const attempt of served.attempts) {
    const usage = attempt === served.accepted ? (attempt.usage ?? ending?.usage) : attempt.usage
    if (attempt.error !== undefined || usage === undefined) continue
    const { model, reason } = attempt
    sessions?.remember(key, { model, usage, isStay: reason === 'cache_warm' })
  }
}

export function keepsText({ storesText }: DeliverOptions, { observation }: Exchange): boolean {
  return storesText || observation?.readsText === true
}

export function record(
  options: DeliverOptions,
  exchange: Exchange,
  { served, ending, error }: Recorded,
): void {
  if (isUnwatched(options, exchange)) return
  const { store, storesText, now, upstream } = options
  const { id, request, escalatedFrom, observation, grant } = exchange
  const messages = storesText && request.forward === undefined ? request.messages : undefined
  const definitionOf = (model: string): ReturnType<UpstreamClient['get']> => upstream.get(model)
  if (exchange.sessionKey !== undefined) remember(options, exchange.sessionKey, { served, ending })
  const key = grant?.keyId
  const dialect = request.dialect.name
  const own = { id, servedAt: now(), served, ending, definitionOf, messages, escalatedFrom, dialect, key }
  const parts: EndedParts = { ...own, ended: endAttempts(own) }
  if (grant !== undefined) settle(options, exchange, { grant, attempts: parts.ended })
  store?.append(toRowText(parts))
  if (observation !== undefined) observeEnd(exchange, parts, error)
}

interface Settled {
  readonly grant: Grant
  readonly attempts: readonly Ended[]
}

/** What the request cost goes to its key's account. */
function settle(
  { auth, river, upstream }: DeliverOptions,
  { request }: Exchange,
  { grant, attempts }: Settled,
): void {
  if (auth === undefined) return grant.release()
  grant.settle(
    chargeOf(attempts, () => {
      const priced = priceChat(river, request)
      const one = { ...priced, samples: 1 }
      return {
        mostUsd: (model) => priceOne(upstream.get(model), one, auth),
        inputTokens: priced.inputTokens,
        outputTokens: priced.outputTokens ?? auth.assumedOutputTokens,
      }
    }),
  )
}
