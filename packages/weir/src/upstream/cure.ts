/**
 * Cure: what may be done about a failed upstream call, and what it says about the upstream's health. One table, so that retry, failover
 * and breaker agree.
 */
import type { Refusal } from './answer.ts'
import type { Verdict } from './breaker.ts'
import type { Failure } from './dispatch.ts'
import type { Cure } from './live-attempt.ts'

/** The upstream did not do what was asked, and may the next time. 409 and 425: a lock or a race there. 529: overloaded, as Anthropic says it. */
const REPEATABLE: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529])

const CURES: Readonly<Record<Failure['code'], Cure>> = {
  'upstream.connect': 'repeat',
  'upstream.bad_body': 'repeat',
  'upstream.refused': 'repeat',
  'upstream.first_byte': 'elsewhere',
  'upstream.stalled': 'elsewhere',
  'upstream.unavailable': 'elsewhere',
  'upstream.too_slow': 'none',
  'request.aborted': 'none',
  'request.unsupported': 'none',
  'limit.time': 'none',
  'limit.doubt': 'none',
}

export function cureOf(failure: Failure | Refusal): Cure {
  if ('status' in failure) return REPEATABLE.has(failure.status) ? 'repeat' : 'elsewhere'
  return failure.isLasting === true ? 'elsewhere' : CURES[failure.code]
}

/**
 * A refused key or an unknown model name is the operator's fault, a 429 the limit's, an abort the caller's: none says that the upstream is ill. A
 * deadline says it only when it was ours, which nobody can tell from here.
 */
export function verdictOf(failure: Failure | Refusal): Verdict {
  if ('status' in failure) return failure.status >= 500 ? 'bad' : 'neutral'
  return cureOf(failure) === 'none' ? 'neutral' : 'bad'
}
