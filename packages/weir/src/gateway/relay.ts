/**
 * Relay: a stream on its way from the upstream to the caller, byte for byte and in order. Three things happen on the side: the tail
 * is remembered for its usage, a slow caller stops the upstream, and an event that is not complete yet waits for its end. So when
 * the upstream dies, the caller has whole events only, and the error event that follows can be read.
 */
import type { ServerResponse } from 'node:http'
import type { ErrorCode, Usage } from '@weir/core'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import type { StreamTranslator } from '../dialect/stream-translator.ts'
import type { Outlet, StreamAnswer } from '../upstream/answer.ts'
import type { Failure } from '../upstream/dispatch.ts'
import { Tail } from '../upstream/usage.ts'
import { statusOf } from './wire-error.ts'

/** Bytes of an incomplete event that are held before they are sent anyway. 16 KiB: events are about 300 bytes, rarely a few thousand. */
const EVENT_BYTES = 16_384
/** Bytes of a stream that are kept when text is recorded. */
const TEXT_BYTES = 1024 * 1024

export interface RelayEnd {
  /** Absent when the stream ended well. */
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  /** What the stream said that it used. */
  readonly usage: () => Usage | undefined
  /** The stream from its start, when it is kept; cut at 1 MiB. */
  readonly text?: string
}

export interface RelayOptions {
  readonly answer: StreamAnswer
  readonly response: ServerResponse
  readonly model: string
  /** Request id. */
  readonly id: string
  readonly dialect: ClientDialect
  /** Present when the caller's dialect is not that of the stream. */
  readonly translator: StreamTranslator | undefined
  /** Closes the upstream. */
  readonly abort: () => void
  readonly keepsText: boolean
  /** Called once, when the stream ended, failed or lost its caller. */
  readonly onEnd: (end: RelayEnd) => void
}

export class Relay implements Outlet {
  readonly #options: RelayOptions
  readonly #tail = new Tail()
  readonly #text: Buffer[] = []
  #textBytes = 0
  /** Start of an event whose end has not arrived. */
  #pending: Buffer | undefined
  /** True when an event too long to be held was sent in part. */
  #isCut = false
  #isDone = false

  constructor(options: RelayOptions) {
    this.#options = options
  }

  /** The response head has been written; from here on bytes flow. */
  start(): void {
    const { answer, response } = this.#options
    response.on('drain', () => answer.resume())
    answer.flow(this)
  }

  write(chunk: Buffer): boolean {
    const { answer, response, keepsText, translator } = this.#options
    this.#tail.push(chunk)
    if (keepsText && this.#textBytes < TEXT_BYTES) {
      this.#text.push(chunk)
      this.#textBytes += chunk.length
    }
    if (translator !== undefined) return this.#translate(translator, chunk)
    // The usual chunk is one or more whole events: nothing is held, nothing copied.
    if (!answer.isEvents || (this.#pending === undefined && endsEvent(chunk))) return response.write(chunk)
    return this.#writeEvents(chunk)
  }

  end(): void {
    const { response, translator } = this.#options
    if (translator !== undefined) {
      response.end(translator.end())
      return this.#finish(this.#named(translator.fault))
    }
    if (this.#pending === undefined) response.end()
    else response.end(this.#pending)
    this.#finish()
  }

  fail(failure: Failure): void {
    const { answer, response, id, dialect, translator } = this.#options
    const error = this.#named(failure)
    const problem = { ...error, id, status: dialect.statusOf(statusOf(error.code)) }
    const start = this.#isCut ? '\n\n' : ''
    if (translator !== undefined) response.end(translator.fail(problem))
    else if (answer.isEvents) response.end(start + dialect.errorEvent(problem))
    else response.destroy()
    this.#finish(error)
  }

  /** The caller closed the connection. */
  drop(): void {
    this.#finish({ code: 'request.aborted', message: 'the caller closed the connection' })
  }

  #named<F extends Failure | undefined>(failure: F): F {
    return failure === undefined
      ? failure
      : { ...failure, message: `${this.#options.model}: ${failure.message}` }
  }

  #translate(translator: StreamTranslator, chunk: Buffer): boolean {
    const { response, abort } = this.#options
    const text = translator.push(chunk)
    if (translator.fault === undefined) return text === '' ? true : response.write(text)
    response.end(text)
    abort()
    this.#finish(this.#named(translator.fault))
    return false
  }

  #writeEvents(chunk: Buffer): boolean {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk])
    const whole = lastEventEnd(bytes)
    const cut = bytes.length - whole > EVENT_BYTES ? bytes.length : whole
    this.#isCut = cut > whole
    this.#pending = cut === bytes.length ? undefined : bytes.subarray(cut)
    return cut === 0 ? true : this.#options.response.write(bytes.subarray(0, cut))
  }

  #finish(error?: RelayEnd['error']): void {
    if (this.#isDone) return
    this.#isDone = true
    this.#options.onEnd({
      usage: () => this.#tail.usage(),
      ...(error === undefined ? {} : { error }),
      ...(this.#options.keepsText ? { text: Buffer.concat(this.#text).toString('utf8') } : {}),
    })
  }
}

const LF = 0x0a
const CR = 0x0d

/** True when the bytes end with a blank line: \n\n or \r\n\r\n. */
function endsEvent(bytes: Buffer): boolean {
  const { length } = bytes
  if (bytes[length - 1] !== LF) return false
  return bytes[length - 2] === LF || (bytes[length - 2] === CR && bytes[length - 3] === LF)
}

/** Offset just after the last blank line; 0 when there is none. */
function lastEventEnd(bytes: Buffer): number {
  for (let at = bytes.lastIndexOf(LF); at > 0; at = bytes.lastIndexOf(LF, at - 1)) {
    if (bytes[at - 1] === LF || (bytes[at - 1] === CR && bytes[at - 2] === LF)) return at + 1
  }
  return 0
}
