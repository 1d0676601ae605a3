/**
 * Exchange: everything about one request that outlives its parsing, and how an error reaches its caller in each state of the response:
 * as a status before the head is sent, as an event behind keep-alives, and otherwise by the end of the connection.
 */
import type { ServerResponse } from 'node:http'
import type { ErrorCode, PolicyName, Served, Usage } from '@weir/core'
import type { Grant } from '../access/access.ts'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import type { Observation } from '../telemetry/observer.ts'
import type { Answer } from '../upstream/answer.ts'
import type { Lifeline, LiveAttempt } from '../upstream/client.ts'
import type { ChatRequest } from './chat-request.ts'
import type { Capture } from './cached.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { LiveCalls } from './live-calls.ts'
import { addRetryAfter } from './failure.ts'
import { statusOf } from './wire-error.ts'

export type LiveServed = Served<LiveAttempt>

export interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly request: ChatRequest
  readonly response: ServerResponse
  readonly lifeline: Lifeline
  /** Undefined for a named model and a raw cut-off. */
  readonly policy: PolicyName | undefined
  /** Undefined when the request continues no conversation, or nobody asks. */
  readonly sessionKey: string | undefined
  /** Decision that this request re-answers. */
  readonly escalatedFrom: string | undefined
  /** Undefined where callers are not authenticated. Settled or released when the request has ended. */
  readonly grant: Grant | undefined
  /** Present when the policy reads answers. */
  calls: LiveCalls | undefined
  /** Present when a stream may be held back. */
  keepAlive: KeepAlive | undefined
  /** Present when somebody observes. */
  observation: Observation | undefined
  /** Set with the decision headers: since the request was read, and our own share of it, ms. */
  headMs: number | undefined
  overheadMs: number | undefined
  /** Present when the answer may go into the response cache. */
  capture: Capture | undefined
  /** Of a stream that weir asked for it and took it out of. */
  streamUsage: Usage | undefined
}

/** An answer that goes to the caller. */
export interface Given<A extends Answer> {
  readonly served: LiveServed
  readonly accepted: LiveAttempt
  readonly answer: A
}

export interface Sendable {
  readonly code: ErrorCode
  readonly message: string
  readonly status?: number
}

/** `headers`: names and values alternating; used while the head is not sent. */
export function sendError(
  { id, response, keepAlive, capture, request: { dialect } }: Exchange,
  { code, message, status: wanted }: Sendable,
  headers: string[],
): void {
  capture?.spoil()
  const status = dialect.statusOf(wanted ?? statusOf(code))
  const problem = { code, message, status, id }
  if (keepAlive?.stop() === true) {
    response.end(dialect.errorEvent(problem))
    return
  }
  // What went wrong behind a whole answer is not its caller's concern.
  if (response.writableEnded) return
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  addRetryAfter(headers, wanted ?? statusOf(code))
  const body = Buffer.from(dialect.errorBody(problem))
  if (!headers.includes('x-request-id')) addIds(headers, id, dialect)
  headers.push('content-type', 'application/json; charset=utf-8', 'content-length', String(body.length))
  response.writeHead(status, headers)
  response.end(body)
}

export function addIds(headers: string[], id: string, { idHeader }: ClientDialect): void {
  headers.push('x-request-id', id)
  if (idHeader !== undefined) headers.push(idHeader, id)
}
