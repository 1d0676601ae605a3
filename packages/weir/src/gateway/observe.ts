/**
 * Observe: what an exchange tells its observer, with the same figures that its row and its headers have. Called only when there is one.
 */
import type { Decision, ErrorCode } from '@weir/core'
import type { IncomingHeaders, ObservedAttempt, Observer } from '../telemetry/observer.ts'
import type { Exchange } from './exchange.ts'
import { endAttempts, type RowParts } from './row.ts'

export function observeBegin(observer: Observer, exchange: Exchange, headers: IncomingHeaders): void {
  const { id, startedAtMs, policy, request } = exchange
  const { ask, wantsStream, messages } = request
  exchange.observation = observer.begin({
    id,
    dialect: request.dialect.name,
    startedAtMs,
    policy,
    ask,
    wantsStream,
    messages,
    headers,
  })
}

/** `error`: what the caller was told, or what broke its stream off. */
export function observeEnd(exchange: Exchange, parts: RowParts, error: ErrorCode | undefined): void {
  const { decision, abstained } = parts.served
  const attempts = toObserved(parts)
  const text = parts.ending?.text
  const cache = exchange.capture === undefined ? {} : ({ cache: 'miss' } as const)
  end(exchange, { decision, attempts, abstained, error, text, ...cache })
}

/** Nothing was served: no candidate, or a bug of ours. */
export function observeThrown(exchange: Exchange, error: ErrorCode): void {
  end(exchange, { decision: undefined, attempts: [], abstained: false, error, text: undefined })
}

/** A recorded answer was given: no call was made. */
export function observeHit(exchange: Exchange, decision: Decision): void {
  end(exchange, {
    decision,
    attempts: [],
    abstained: false,
    error: undefined,
    text: undefined,
    cache: 'hit',
  })
}

type Ended = Omit<Parameters<NonNullable<Exchange['observation']>['end']>[0], keyof Timing>

interface Timing {
  readonly status: number | undefined
  readonly overheadMs: number | undefined
  readonly headMs: number | undefined
  readonly durationMs: number
}

function end(
  { observation, response, startedAtMs, overheadMs, headMs, lifeline }: Exchange,
  ended: Ended,
): void {
  observation?.end({
    ...ended,
    error: lifeline.isGone && ended.error === undefined && !response.headersSent ? GONE : ended.error,
    status: response.headersSent ? response.statusCode : undefined,
    overheadMs,
    headMs,
    durationMs: performance.now() - startedAtMs,
  })
}

const GONE: ErrorCode = 'request.aborted'

function toObserved(parts: RowParts): readonly ObservedAttempt[] {
  const { attempts, accepted, verdicts } = parts.served
  const given = accepted === undefined ? -1 : attempts.indexOf(accepted)
  return (parts.ended ?? endAttempts(parts)).map((attempt, i) => {
    const made = attempts[i]
    const isStream = made?.answer?.kind === 'stream' && made.latencyMs !== undefined
    return {
      ...attempt,
      verdict: verdicts[i] === 'accept' && attempt.error !== undefined ? 'failed' : verdicts[i],
      ...(isStream ? { firstByteMs: made.latencyMs } : {}),
      isGiven: i === given,
    }
  })
}
