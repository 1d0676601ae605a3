/**
 * Anthropic's Messages API as a client dialect: its errors, its keep-alive (`ping`), and the translation of the files beside this one.
 */
import { toMessage } from './client-messages-answer.ts'
import { MessagesEvents } from './client-messages-events.ts'
import { messagesToChat } from './client-messages-request.ts'
import type { ClientDialect, Problem, Refused } from './client-dialect.ts'
import { asRecord, asString } from './hub.ts'

const PING = 'event: ping\ndata: {"type": "ping"}\n\n'

export const MESSAGES: ClientDialect = {
  name: 'messages',
  translation: {
    toChat: messagesToChat,
    fromCompletion: toMessage,
    createStreamWriter: (context) => new MessagesEvents(context, errorEvent),
  },
  // Anthropic says "overloaded" with a status of its own.
  statusOf: (status) => (status === 503 ? 529 : status),
  errorBody,
  refusalBody,
  errorEvent,
  toErrorEvent: (text) => `event: error\ndata: ${text}\n\n`,
  keepAlive: Buffer.from(PING),
  idHeader: 'request-id',
}

/** By status, as Anthropic's errors page lists them. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])
const KNOWN: readonly string[] = [...TYPES.values(), 'invalid_request_error', 'api_error']

function typeOf(status: number): string {
  return TYPES.get(status) ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error')
}

/** `code` is ours: clients pass over it, people look it up. */
function errorBody({ code, message, status, id }: Problem): string {
  return JSON.stringify({ type: 'error', error: { type: typeOf(status), message, code }, request_id: id })
}

/** An upstream of this dialect has said its type, which the chat form carries as the code. */
function refusalBody({ body, status, id }: Refused): string {
  const { message, code } = asRecord(asRecord(body)['error'])
  const type = KNOWN.includes(asString(code)) ? asString(code) : typeOf(status)
  const text = asString(message) || 'the upstream refused the request'
  return JSON.stringify({ type: 'error', error: { type, message: text }, request_id: id })
}

function errorEvent(problem: Problem): string {
  return `event: error\ndata: ${errorBody(problem)}\n\n`
}
