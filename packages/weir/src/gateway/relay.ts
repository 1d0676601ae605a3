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
import { ERROR_EVENT, EVENT_NOT_JSON, NO_END } from '../upstream/failures.ts'
import { Tail } from '../upstream/usage.ts'
import { endsEvent, lastEventEnd } from '../upstream/event-bytes.ts'
import { goodUntil, looksGood, readEnd, type EndKind } from '../upstream/stream-check.ts'
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
  /** What a whole stream ends with: that of a dialect, or anything. */
  readonly end: EndKind
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
  /** Bytes of an event that is sent in parts. */
  #cutBytes = 0

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
    // What was held is written in one go, also behind what ended the stream.
    if (this.#isDone) return false
    this.#tail.push(chunk)
    if (keepsText && this.#textBytes < TEXT_BYTES) {
      this.#text.push(chunk)
      this.#textBytes += chunk.length
    }
    if (translator !== undefined) return this.#translate(translator, chunk)
    // The usual chunk is one or more whole events: nothing is held, nothing copied.
    if (!answer.isEvents) return response.write(chunk)
    return this.#pending === undefined && !this.#isCut && endsEvent(chunk)
      ? this.#give(chunk)
      : this.#writeEvents(chunk)
  }

  end(): void {
    const { response, translator } = this.#options
    if (this.#isDone) return
    if (translator !== undefined) {
      response.end(translator.end())
      return this.#finish(this.#named(translator.fault))
    }
    if (!this.#options.answer.isEvents) {
      response.end()
      return this.#finish()
    }
    this.#endEvents()
  }

  /** A stream may end without its end, or with the upstream's own error: neither is an answer. */
  #endEvents(): void {
    const { response, end: kind } = this.#options
    const tail = this.#tail.ending(END_BYTES)
    const end = this.#pending === undefined || endsLine(this.#pending) ? readEnd(tail, kind) : 'broken'
    if (end === 'broken') return this.fail(NO_END)
    response.end(this.#pending)
    this.#finish(end === 'refused' ? this.#named(ERROR_EVENT) : undefined)
  }

  fail(failure: Failure): void {
    const { answer, response, id, dialect, translator } = this.#options
    if (this.#isDone) return
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
    this.#pending = cut === bytes.length ? undefined : bytes.subarray(cut)
    if (cut === whole && !this.#isCut) return cut === 0 ? true : this.#give(bytes.subarray(0, cut))
    return this.#writeLong(bytes.subarray(0, cut), whole)
  }

  /** An event too long to be held goes out in parts, unread, up to a bound. */
  #writeLong(bytes: Buffer, whole: number): boolean {
    const { response, abort } = this.#options
    this.#isCut = bytes.length > whole
    this.#cutBytes = whole > 0 ? bytes.length - whole : this.#cutBytes + bytes.length
    if (this.#cutBytes > LONGEST_EVENT_BYTES) {
      abort()
      this.fail(TOO_LONG)
      return false
    }
    return bytes.length === 0 ? true : response.write(bytes)
  }

  /** Whole events. One that is no JSON ends the stream before it. */
  #give(events: Buffer): boolean {
    const { response, abort } = this.#options
    const good = looksGood(events) ? events.length : goodUntil(events)
    if (good === events.length) return response.write(events)
    if (good > 0) response.write(events.subarray(0, good))
    abort()
    this.fail(EVENT_NOT_JSON)
    return false
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

/** One event, bytes. 8 MiB as for whole answers: an image in one is a few. A longer one is an upstream that does not end its lines. */
const LONGEST_EVENT_BYTES = 8 * 1024 * 1024
/** Bytes of the stream's end that say how it ended. */
const END_BYTES = 4096

const TOO_LONG: Failure = {
  code: 'upstream.bad_body',
  message: 'one event of the stream is longer than 8 MiB',
}

function endsLine(bytes: Buffer): boolean {
  return bytes.at(-1) === LF
}

const LF = 0x0a
