/**
 * Retry-After: how long an upstream asks to be left alone. Providers say it as `retry-after-ms`, as seconds (also with a fraction) or as an
 * HTTP date; official clients read them in this order. What makes no sense (negative, not a number, a date gone by more than a day) says
 * nothing.
 *
 * Sources: RFC 9110 section 10.2.3; `retry-after-ms` as the official OpenAI and Anthropic clients read it.
 */
import type { UpstreamHeaders } from './dispatch.ts'

/** A date so far back is a wrong clock, not a wish, ms. */
const STALE_MS = 86_400_000
/** No wait is longer, ms: 30 days. A limit by the month is the longest there is, and callers add what we say to a date. */
const LONGEST_MS = 30 * 86_400_000

/** Milliseconds from now, from 0; undefined when nothing usable is said. `wallMs`: time since the epoch. */
export function readRetryAfterMs(headers: UpstreamHeaders, wallMs: number): number | undefined {
  const precise = toWait(one(headers['retry-after-ms']), 1)
  if (precise !== undefined) return precise
  const text = one(headers['retry-after'])
  return toWait(text, 1000) ?? toWaitUntil(text, wallMs)
}

function one(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value.trim() : value?.[0]?.trim()
}

function toWait(text: string | undefined, unitMs: number): number | undefined {
  if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text)) return undefined
  return Math.min(LONGEST_MS, Number(text) * unitMs)
}

/** Only the fixed form that begins with a day's name: Date.parse also takes "-3" and "2". */
function toWaitUntil(text: string | undefined, wallMs: number): number | undefined {
  if (text === undefined || !/^[A-Z][a-z]{2,8},? /.test(text)) return undefined
  const waitMs = Date.parse(text) - wallMs
  if (!(waitMs > -STALE_MS)) return undefined
  return Math.min(LONGEST_MS, Math.max(0, waitMs))
}
