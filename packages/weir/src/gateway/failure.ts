/**
 * Failure: what a caller is told when no model answered. The status of the last attempt; when to come back, always on 429 and 503; and not
 * to come back by itself when weir has just repeated the request, or when repeating would end the same way.
 */
import type { ErrorCode } from '@weir/core'
import type { LiveAttempt } from '../upstream/live-attempt.ts'
import { statusOf } from './wire-error.ts'

/** Said where nobody knows better, ms: most limits count by the second, and a client that hears nothing tries again after half of one. */
const UNKNOWN_WAIT_MS = 1_000

export interface Told {
  readonly code: ErrorCode
  readonly status: number
  /** Names and values alternating. */
  readonly headers: string[]
}

export function toTold(attempts: readonly LiveAttempt[]): Told {
  const last = attempts.findLast(({ error }) => error !== undefined)
  const code = last?.error?.code ?? 'pool.empty'
  const status = last?.refusal?.status === 429 ? 429 : statusOf(code)
  const headers: string[] = []
  addRetryAfter(headers, status, soonestMs(attempts))
  if (countTries(attempts) > 1 || attempts.every(isHopeless)) headers.push('x-should-retry', 'false')
  return { code, status, headers }
}

/** The first of the models that may be called again. */
function soonestMs(attempts: readonly LiveAttempt[]): number | undefined {
  let least: number | undefined
  for (const { retryAfterMs } of attempts) {
    if (retryAfterMs !== undefined) least = Math.min(least ?? Infinity, retryAfterMs)
  }
  return least
}

/** A refused key, an unknown name there, a redirect: the same again ends the same way. */
function isHopeless({ cure, error }: LiveAttempt): boolean {
  return cure === 'elsewhere' && error !== undefined && LASTING.has(error.code)
}

const LASTING: ReadonlySet<ErrorCode> = new Set(['upstream.refused', 'upstream.bad_body', 'upstream.connect'])

/** Upstream calls made for answers, retries and hedges among them. */
export function countTries(attempts: readonly LiveAttempt[]): number {
  let count = 0
  for (const { tries } of attempts) count += tries?.length ?? 1
  return count
}

/** Does nothing for other statuses than 429 and 503, and when it is there. Both forms: the official clients read the finer one first. */
export function addRetryAfter(headers: string[], status: number, waitMs: number = UNKNOWN_WAIT_MS): void {
  if ((status !== 429 && status !== 503) || headers.includes('retry-after')) return
  const ms = Math.max(1, Math.ceil(waitMs))
  headers.push('retry-after', String(Math.ceil(ms / 1000)), 'retry-after-ms', String(ms))
}
