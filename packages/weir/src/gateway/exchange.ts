/**
 * Exchange: everything about one request that outlives its parsing, and how an error reaches its caller in each state of the response:
 * as a status before the head is sent, as an event behind keep-alives, and otherwise by the end of the connection.
 */
import type { ServerResponse } from 'node:http'
import type { ErrorCode, PolicyName, Served } from '@weir/core'
import type { Lifeline, LiveAttempt } from '../upstream/client.ts'
import type { ChatRequest } from './chat-request.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { LiveCalls } from './live-calls.ts'
import { statusOf, toWireError } from './wire-error.ts'

export type LiveServed = Served<LiveAttempt>

export interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly request: ChatRequest
  readonly response: ServerResponse
  readonly lifeline: Lifeline
  /** Undefined for a named model and a raw cut-off. */
  readonly policy: PolicyName | undefined
  /** Decision that this request re-answers. */
  readonly escalatedFrom: string | undefined
  /** Present when the policy reads answers. */
  calls: LiveCalls | undefined
  /** Present when a stream may be held back. */
  keepAlive: KeepAlive | undefined
}

export interface Sendable {
  readonly code: ErrorCode
  readonly message: string
  readonly status?: number
}

/** `headers`: names and values alternating; used while the head is not sent. */
export function sendError(
  { id, response, keepAlive }: Exchange,
  { code, message, status }: Sendable,
  headers: string[],
): void {
  const text = JSON.stringify(toWireError(code, message))
  if (keepAlive?.stop() === true) {
    response.end(`data: ${text}\n\n`)
    return
  }
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = Buffer.from(text)
  if (!headers.includes('x-request-id')) headers.push('x-request-id', id)
  headers.push('content-type', 'application/json; charset=utf-8', 'content-length', String(body.length))
  response.writeHead(status ?? statusOf(code), headers)
  response.end(body)
}
