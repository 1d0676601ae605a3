/**
 * Deadline: how long the caller waits, as it says itself. Ours is in milliseconds; the official clients send theirs in seconds with every
 * request. After it nobody reads an answer any more, so no call is begun that could not end before it.
 */
import type { IncomingHttpHeaders } from 'node:http'

/** Read in this order; the least holds. The second is of openai-node and anthropic's, the third of their Python clients. */
const SOURCES: readonly (readonly [name: string, unitMs: number])[] = [
  ['x-weir-timeout-ms', 1],
  ['x-stainless-timeout', 1000],
  ['x-stainless-read-timeout', 1000],
]

/** On the scale of `startedAtMs`; undefined when the caller says nothing that is a positive number. */
export function readDeadlineMs(headers: IncomingHttpHeaders, startedAtMs: number): number | undefined {
  let least = Infinity
  for (const [name, unitMs] of SOURCES) {
    const text = headers[name]
    if (typeof text !== 'string' || !/^\d{1,10}(?:\.\d{1,6})?$/.test(text)) continue
    const waitMs = Number(text) * unitMs
    if (waitMs > 0) least = Math.min(least, waitMs)
  }
  return least === Infinity ? undefined : startedAtMs + least
}
