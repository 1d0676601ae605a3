/**
 * Request log: one line for a request that has ended, with its ids, names, numbers and codes; never a message, an answer, a key or a header.
 */
import type { Log, LogFields } from './log.ts'
import type { ObservedEnd, ObservedRequest, Observer, Refused } from './observer.ts'

/** `sampled`: errors, and one of SAMPLE others. */
export const LOGGED_REQUESTS = ['none', 'errors', 'sampled', 'all'] as const
export type LoggedRequests = (typeof LOGGED_REQUESTS)[number]

/** Of requests that ended well one in so many is logged. */
const SAMPLE = 100

/** Undefined when no request is logged. */
export function createRequestLog(log: Log, requests: LoggedRequests): Observer | undefined {
  if (requests === 'none') return undefined
  let seen = 0
  const isWanted = (failed: boolean): boolean => {
    if (failed || requests === 'all') return true
    if (requests === 'errors') return false
    seen += 1
    return seen % SAMPLE === 1
  }
  return {
    begin: (request) => ({
      end(end) {
        const { error, status } = end
        if (isWanted(error !== undefined || (status ?? 0) >= 400))
          log.info('gateway.request', toFields(request, end))
      },
    }),
    refuse: ({ dialect, code, status }: Refused) =>
      log.info('gateway.request', { dialect, error: code, status }),
  }
}

function toFields({ id, dialect, policy, ask, wantsStream }: ObservedRequest, end: ObservedEnd): LogFields {
  const { attempts, decision, error, status, overheadMs, durationMs } = end
  const told = attempts.find(({ isGiven }) => isGiven) ?? attempts.at(-1)
  return withNull({
    requestId: id,
    dialect,
    policy: policy ?? (ask.kind === 'model' ? 'named' : 'threshold'),
    stream: wantsStream,
    model: told?.model,
    reason: told?.reason ?? decision?.reason,
    status,
    error,
    attempts: attempts.length,
    ...toCount(told),
    ms: round(durationMs),
    overheadMs: round(overheadMs),
  })
}

function toCount(attempt: ObservedEnd['attempts'][number] | undefined): Optional {
  const { usage, costUsd } = attempt ?? {}
  return { inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens, costUsd }
}

type Optional = Readonly<Record<string, LogFields[string] | undefined>>

/** Every line has every field. */
function withNull(fields: Optional): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, value ?? null]))
}

function round(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000
}
