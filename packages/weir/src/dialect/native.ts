/**
 * Native: the translation between the hub's chat form and what an upstream speaks. One object per dialect; everything is pure. A request
 * is translated once per call; a reply whole, or as a stream, event by event as it comes.
 */
import { WeirError } from '@weir/core'
import type { Json } from './hub.ts'

export interface Native {
  /** Throws `request.unsupported` for what the dialect has no form for and what must not be dropped in silence. */
  fromChat(chat: Json, options: NativeOptions): Json
  /** A whole reply as a chat completion; undefined when it is none. */
  toCompletion(reply: Json, context: ReplyContext): Json | undefined
  createStream(context: ReplyContext): NativeStream
  /** What of the request the reply must be read by. */
  contextOf?(chat: Json): Pick<ReplyContext, 'answerTool'>
  /** The error of a reply in OpenAI's shape. `body`: undefined when it is no JSON. */
  toError(body: unknown, status: number): WireError
}

export interface NativeOptions {
  /** Sent where a limit is needed and the caller set none. */
  readonly maxOutputTokens?: number
}

export interface ReplyContext {
  /** Name that the upstream knows the model by; used where the reply does not say. */
  readonly model: string
  /** Seconds since 1970. */
  readonly createdAt: number
  /** Unique for the call; used where the reply has no id. */
  readonly id: string
  /** True when the caller wants the usage event at the end of a stream. */
  readonly includesUsage: boolean
  /** Name of the tool that stands for the answer's schema: its call is the answer's text. */
  readonly answerTool?: string
}

/** What became of bytes of a stream. */
export interface NativeStream {
  /** Chat events for what arrived; '' when there is none yet. Chunks may break anywhere. After a `fault` nothing is read. */
  push(chunk: Buffer): string
  /** Set when the bytes are not what the dialect promises: the stream cannot go on. */
  readonly fault: string | undefined
  /** True when the answer's end was seen. */
  readonly isComplete: boolean
  /** The last events behind the end of the bytes. */
  end(): string
  /** Token counts so far, as a chat completion's `usage`. */
  readonly usage: Json | undefined
}

export interface WireError {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
  }
}

export function unsupported(what: string): WeirError {
  return new WeirError(
    'request.unsupported',
    `${what} has no form at this model's provider; leave it out, or ask a model that has it`,
  )
}

/** OpenAI's type of an error, by the status. */
export function errorTypeOf(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error'
  if (status === 429) return 'rate_limit_error'
  return status >= 400 && status < 500 ? 'invalid_request_error' : 'server_error'
}
