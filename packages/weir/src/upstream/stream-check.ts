/**
 * Stream check: whether bytes that are passed on untouched are what an event stream promises. Three things go wrong in the middle of a 200:
 * an event that is no JSON, an end without an end, an error event. The first is kept from the caller, the second gets the error event
 * that is missing, and all three are failures in the row.
 *
 * The usual chunk costs a look at its first and last bytes; only one that looks odd is read.
 */
import { isRecord } from '@weir/core'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import { endsEvent, eventEnd } from './event-bytes.ts'
import { parseLoosely } from './usage.ts'

const LF = 0x0a
const CR = 0x0d
const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d
const LOWER_D = 0x64
const LOWER_E = 0x65

/** True when whole events begin with `data:` or `event:` and end with a JSON object or [DONE], judging by four bytes. `bytes` end with a blank line. */
export function looksGood(bytes: Buffer): boolean {
  const [first] = bytes
  if (first !== LOWER_D && first !== LOWER_E) return false
  const { length } = bytes
  const last = bytes[length - 3] === CR || bytes[length - 3] === LF ? bytes[length - 5] : bytes[length - 3]
  return last === CLOSE_BRACE || last === CLOSE_BRACKET
}

/** Offset of the first event that is not one; the length when all are. `bytes`: whole events. */
export function goodUntil(bytes: Buffer): number {
  let start = 0
  while (start < bytes.length) {
    const end = eventEnd(bytes, start)
    if (!isEvent(bytes.toString('utf8', start, end))) return start
    start = end
  }
  return bytes.length
}

function isEvent(text: string): boolean {
  return readEvent(text) !== BROKEN
}

export const DONE: unique symbol = Symbol('done')
export const BROKEN: unique symbol = Symbol('broken')

/** What one event says: an object, the end, undefined for an event without data such as a comment, or nothing that an event may say. */
export function readEvent(
  text: string,
): Readonly<Record<string, unknown>> | typeof DONE | typeof BROKEN | undefined {
  const body = text.trimEnd()
  const payload = body.startsWith('data:') && !body.includes('\n') ? body.slice(5) : joinData(body)
  const data = payload?.trim()
  if (data === undefined) return BROKEN
  if (data === '') return undefined
  if (data === '[DONE]') return DONE
  const json = parseLoosely(data)
  return isRecord(json) ? json : BROKEN
}

/** Undefined when a line is no field of an event. */
function joinData(text: string): string | undefined {
  const data: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('data:')) data.push(line.slice(5))
    else if (line !== '' && !/^(?::|event:|id:|retry:)/.test(line)) return undefined
  }
  return data.join('\n')
}

const BEGINS_WITH_ERROR = /^(?:event: ?error\b|data: ?\{"error":[^n])/

/**
 * What the first bytes of a stream say: some providers report an overload inside a 200. `more`: the first event is not whole yet. Comments are
 * a sign of life, and enough.
 */
export function readStart(bytes: Buffer): 'good' | 'refused' | 'garbage' | 'more' {
  const start = bytes.toString('latin1', 0, 64).trimStart()
  if (BEGINS_WITH_ERROR.test(start)) return 'refused'
  const end = eventEnd(bytes, 0)
  if (end === bytes.length && !endsEvent(bytes)) return 'more'
  if (end === bytes.length && looksGood(bytes)) return 'good'
  return isEvent(bytes.toString('utf8', 0, end)) ? 'good' : 'garbage'
}

/** How a stream ended. `refused`: the upstream said an error itself, which the caller has seen. */
export type StreamEnd = 'complete' | 'refused' | 'broken'

/** `any`: events of sound, text or images, each kind with an end of its own. */
export type EndKind = ClientDialect['name'] | 'any'

const ERROR = /^(?:event: ?error\b|data: ?\{"(?:error":[^n]|type":"error"))/m
/** What stands in the last events of a whole answer. */
const COMPLETE: Readonly<Record<ClientDialect['name'], RegExp>> = {
  chat: /^data: ?\[DONE\]|"finish_reason": ?"/m,
  messages: /"type": ?"message_stop"/,
  responses: /"type": ?"response\.(?:completed|incomplete|failed|cancelled)"/,
}

/** `tail`: the last bytes of the stream. */
export function readEnd(tail: string, kind: EndKind): StreamEnd {
  if (ERROR.test(tail)) return 'refused'
  return kind === 'any' || COMPLETE[kind].test(tail) ? 'complete' : 'broken'
}
