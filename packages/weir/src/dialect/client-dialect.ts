/**
 * Client dialect: one form in which callers ask and are answered. A dialect other than chat brings a translation: its request to a chat
 * request, a completion to its answer, the events of a chat stream to its own. Errors, error events and keep-alives have its form too.
 * Everything here is pure; the gateway does the sending.
 */
import type { ErrorCode } from '@weir/core'
import type { Json } from './hub.ts'

/** An error as a caller is told. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
  /** HTTP status that goes with it. */
  readonly status: number
  /** Request id. */
  readonly id: string
}

export interface ClientDialect {
  readonly name: 'chat' | 'messages' | 'responses'
  /** Absent for chat, which needs none. */
  readonly translation?: Translation
  /** Status that this dialect has for the same thing. */
  statusOf(status: number): number
  /** JSON text. */
  errorBody(problem: Problem): string
  /** An upstream's error in OpenAI's shape, whose status the caller gets, as JSON text. */
  refusalBody(refusal: Refused): string
  /** The last event of a stream that broke off, where no writer of the stream knows better. */
  errorEvent(problem: Problem): string
  /** The last event of a stream, of an error's JSON text. */
  toErrorEvent(text: string): string
  /** What a waiting caller hears. */
  readonly keepAlive: Buffer
  /** Header that carries the request's id besides x-request-id. */
  readonly idHeader?: string
}

export interface Refused {
  /** The upstream's body as JSON; undefined when it is none. */
  readonly body: unknown
  readonly status: number
  readonly id: string
}

export interface Translation {
  /** Throws `request.body` for what has not this dialect's form. Messages never quote the body. */
  toChat(body: Json): ToChat
  /** `completion`: a chat completion. */
  fromCompletion(completion: Json, context: AnswerContext): Json
  createStreamWriter(context: AnswerContext): StreamWriter
}

export interface ToChat {
  /** The request in the hub's form, `weir` member included. */
  readonly body: Json
  /** Names what no other dialect has, when the request has such a thing. */
  readonly nativeOnly?: string
  /** True when the conversation holds proofs of thinking that another provider made: its bytes cannot go upstream as they are. */
  readonly hasForeignThinking: boolean
}

export interface AnswerContext {
  /** Request id. */
  readonly id: string
  /** The caller's request, as parsed. */
  readonly request: Json
  /** Seconds since 1970. */
  readonly createdAt: number
}

/** Takes the events of one chat stream in order and gives those of the dialect, as text ready to be sent; '' when there is none yet. */
export interface StreamWriter {
  /** `chunk`: what stood behind `data:`, neither [DONE] nor an error. */
  write(chunk: Json): string
  /** True when the answer said why it finished: an end is then a good one. */
  readonly isComplete: boolean
  /** After the last chunk of a complete stream. Once. */
  end(): string
  /** The stream broke. Nothing comes after this. */
  fail(problem: Problem): string
}
