/**
 * Answer: what one upstream call gave, held back until the gateway commits to it. A whole answer (JSON, also an error the caller
 * made) is complete, to its last brace, before anything is sent, so that a broken one can still fail over. An event stream is committed
 * at its first bytes. An answer above WHOLE_BYTES is committed unchecked rather than held in memory.
 */
import type { Usage } from '@weir/core'
import type { Exchange, Failure, Sink, UpstreamHeaders } from './dispatch.ts'
import { GONE } from './failures.ts'
import { isWholeObject } from './json-scan.ts'
import type { RawAnswer } from './native-reply.ts'
import { readStart } from './stream-check.ts'

/** Largest answer that is held in memory, bytes. 8 MiB: a long completion is below 1 MiB, an image answer can be a few. */
export const WHOLE_BYTES: number = 8 * 1024 * 1024
/** Bytes of a stream that are held before its flow stops until the gateway commits. */
const HELD_BYTES = 65_536
/** A first event longer than this is taken for an answer before its end, bytes. */
const EVENT_BYTES = 16_384

export interface WholeAnswer {
  readonly kind: 'whole'
  readonly status: number
  readonly headers: UpstreamHeaders
  readonly body: Buffer
  /** False when the upstream compressed it although it was asked not to, or when it is no 2xx. */
  readonly isJson: boolean
  /** Present when the body is of another dialect than chat. */
  readonly raw?: RawAnswer
}

export interface StreamAnswer {
  readonly kind: 'stream'
  readonly status: number
  readonly headers: UpstreamHeaders
  /** True for an event stream, false for a large body. */
  readonly isEvents: boolean
  /** Present when the bytes are of another dialect than chat. */
  readonly raw?: RawAnswer
  /** Token counts of a translated stream, also where the caller did not ask for them; to be asked when its last byte has passed. */
  readonly usage?: () => Usage | undefined
  /** Starts the flow: first what was held, then what arrives. Call once. */
  flow(outlet: Outlet): void
  /** Lets data flow again after `write` returned false. */
  resume(): void
}

export type Answer = WholeAnswer | StreamAnswer

/** Where a stream goes. */
export interface Outlet {
  /** Returns false to stop the flow until `resume`. */
  write(chunk: Buffer): boolean
  end(): void
  fail(failure: Failure): void
}

/** An HTTP error that another model may not have: not the caller's fault. */
export interface Refusal extends Failure {
  readonly status: number
  readonly headers: UpstreamHeaders
}

export type Read =
  | { readonly answer: Answer; readonly failure?: undefined }
  | { readonly failure: Failure | Refusal; readonly answer?: undefined }

export interface ReaderOptions {
  /** True when the key sent was the caller's own: then 401 and 403 are the caller's to solve. */
  readonly isCallersKey: boolean
  /** True when the answer may be of any type: what is no JSON is committed at its first bytes. Default false. */
  readonly isForwarded?: boolean
  readonly raw?: RawAnswer | undefined
  readonly usage?: (() => Usage | undefined) | undefined
  readonly done: (read: Read) => void
}

/** Collects one response into an answer or a failure; `done` is called exactly once. */
export class AnswerReader implements Sink {
  readonly #options: ReaderOptions
  #status = 0
  #headers: UpstreamHeaders = {}
  #isEvents = false
  /** True when it is committed at its first bytes. */
  #flows = false
  #held: Buffer[] = []
  #heldBytes = 0
  #isDone = false
  #outlet: Outlet | undefined
  #ending: { readonly failure?: Failure } | undefined
  /** Set by the caller right after the exchange began. */
  exchange: Exchange | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#status = status
    this.#headers = headers
    const type = headers['content-type']
    this.#isEvents = isSuccess(status) && isEventStream(type)
    const { isForwarded = false } = this.#options
    this.#flows = this.#isEvents || (isForwarded && isSuccess(status) && !isJsonType(type))
  }

  onData(chunk: Buffer): boolean {
    if (this.#outlet !== undefined) return this.#outlet.write(chunk)
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (this.#flows) return this.#holdEvents()
    if (this.#heldBytes > WHOLE_BYTES) this.#overflow()
    return this.#heldBytes <= WHOLE_BYTES
  }

  /** Ends the exchange, as a failure when there is no answer yet. Default: the caller is gone. */
  drop(failure: Failure = GONE): void {
    this.exchange?.abort()
    this.#finish({ failure })
  }

  onEnd(): void {
    if (this.#outlet !== undefined) this.#outlet.end()
    else if (this.#isDone) this.#ending = {}
    else this.#finish(this.#flows ? EMPTY : this.#readWhole())
  }

  onFail(failure: Failure): void {
    if (this.#outlet !== undefined) this.#outlet.fail(failure)
    else if (this.#isDone) this.#ending = { failure }
    else this.#finish({ failure })
  }

  #finish(read: Read): void {
    if (this.#isDone) return
    this.#isDone = true
    // A whole answer needs its exchange no more. Kept, it would tie this request's objects to those of the next in the collector.
    if (read.answer?.kind !== 'stream') this.exchange = undefined
    this.#options.done(read)
  }

  /** The first event says whether this is an answer; until it is whole another model can still give one. */
  #holdEvents(): boolean {
    if (!this.#isDone) {
      const [first] = this.#held
      const bytes = this.#held.length === 1 && first !== undefined ? first : Buffer.concat(this.#held)
      // Sound and text of a forwarded answer have no first event.
      const start = this.#isEvents ? readStart(bytes) : 'good'
      if (start === 'more' && this.#heldBytes < EVENT_BYTES) return true
      const failure = START_FAILURES[start]
      if (failure !== undefined) {
        this.exchange?.abort()
        this.#finish({ failure })
        return true
      }
      this.#finish({ answer: this.#toStream() })
    }
    return this.#heldBytes < HELD_BYTES
  }

  #overflow(): void {
    if (this.#isDone) return
    if (isSuccess(this.#status)) return this.#finish({ answer: this.#toStream() })
    this.exchange?.abort()
    this.#finish({ failure: { code: 'upstream.bad_body', message: 'an error response of more than 8 MiB' } })
  }

  #toStream(): StreamAnswer {
    const { raw, usage } = this.#options
    return {
      ...(raw === undefined ? {} : { raw }),
      ...(usage === undefined ? {} : { usage }),
      kind: 'stream',
      status: this.#status,
      headers: this.#headers,
      isEvents: this.#isEvents,
      flow: (outlet) => this.#flow(outlet),
      resume: () => this.exchange?.resume(),
    }
  }

  #flow(outlet: Outlet): void {
    const held = this.#held
    this.#held = []
    this.#outlet = outlet
    let isOpen = true
    for (const chunk of held) isOpen = outlet.write(chunk)
    if (this.#ending?.failure !== undefined) outlet.fail(this.#ending.failure)
    else if (this.#ending !== undefined) outlet.end()
    else if (isOpen) this.exchange?.resume()
  }

  #readWhole(): Read {
    const status = this.#status
    const headers = this.#headers
    const [first] = this.#held
    const body = this.#held.length === 1 && first !== undefined ? first : Buffer.concat(this.#held)
    if (!isSuccess(status)) {
      if (isCallersFault(status, this.#options.isCallersKey)) {
        return { answer: { kind: 'whole', status, headers, body, isJson: false } }
      }
      const message =
        status < 400 ? `answered ${status}, redirects are not followed` : `answered status ${status}`
      return { failure: { code: 'upstream.refused', message, status, headers } }
    }
    if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
      return { answer: { kind: 'whole', status, headers, body, isJson: false } }
    }
    if (!isWholeObject(body)) return NOT_JSON
    const { raw } = this.#options
    return {
      answer: { kind: 'whole', status, headers, body, isJson: true, ...(raw === undefined ? {} : { raw }) },
    }
  }
}

const START_FAILURES: Readonly<Partial<Record<ReturnType<typeof readStart>, Failure>>> = {
  refused: { code: 'upstream.refused', message: 'the stream began with an error event' },
  garbage: {
    code: 'upstream.bad_body',
    message: 'the first event of the stream is not a JSON object',
    isLasting: true,
  },
}
const EMPTY: Read = {
  failure: { code: 'upstream.bad_body', message: 'the event stream ended without an event' },
}
const NOT_JSON: Read = {
  failure: { code: 'upstream.bad_body', message: 'the answer is not a JSON object', isLasting: true },
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

function isJsonType(contentType: string | string[] | undefined): boolean {
  return contentType === undefined || /^\s*application\/json/i.test(String(contentType))
}

function isEventStream(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^\s*text\/event-stream/i.test(contentType)
}

/**
 * Which refusals go back to the caller as they are. The rest may be different at another model, so they fail over: the operator's
 * key (401, 402, 403), the operator's model name (404), a busy or failing provider (408, 409, 425, 429, 5xx), a redirect.
 */
export function isCallersFault(status: number, isCallersKey: boolean): boolean {
  if (status === 401 || status === 403) return isCallersKey
  if (status < 400 || status >= 500) return false
  return ![402, 404, 408, 409, 425, 429].includes(status)
}
