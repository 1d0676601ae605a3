/**
 * The one file that knows undici. One POST over a pool of kept-alive connections to one origin, with a time limit for each phase;
 * what arrives goes to a `Sink`, and a failure arrives as a `Failure` with a code of our table.
 *
 * `dispatch` is used instead of `request` or fetch: no streams are built, at about half the processor time (docs/decisions/0002).
 * Redirects are not followed, nothing is decompressed and no proxy is read from the environment: a request goes to the configured origin or
 * nowhere, and each connection's address is checked as it is made (address.ts).
 */
import { buildConnector, Pool, type Dispatcher } from 'undici'
import type { ErrorCode } from '@weir/core'
import { ADDRESS_REFUSED, createLookup, isTrustedHost } from './address.ts'
import { createSweep, type Expiring, type Sweep } from './sweep.ts'
import { REAL_CLOCK } from './clock.ts'

export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface Failure {
  readonly code: Extract<
    ErrorCode,
    `upstream.${string}` | 'request.aborted' | 'request.unsupported' | 'limit.time' | 'limit.doubt'
  >
  /** What happened, without the upstream's address: callers read it. */
  readonly message: string
  /** True when the same upstream would fail again: it speaks another format, or its address is not allowed. */
  readonly isLasting?: boolean
}

/** Takes one response. After `onEnd` or `onFail` nothing more is called; after an abort nothing at all. */
export interface Sink {
  onHead(status: number, headers: UpstreamHeaders): void
  /** Returns false to stop the flow until `Exchange.resume`. The chunk may be kept: it is not overwritten. */
  onData(chunk: Buffer): boolean
  onEnd(): void
  onFail(failure: Failure): void
}

export interface Exchange {
  /** Lets paused data flow again. Does nothing when it flows. */
  resume(): void
  /** Drops the exchange and closes its connection. The sink hears nothing more. */
  abort(): void
}

export interface Post {
  readonly path: string
  /** Names and values, alternating. */
  readonly headers: readonly string[]
  readonly body: Buffer
  /** performance.now() by which the last byte must have come, ms. Default: no such limit. */
  readonly untilMs?: number
  /** Likewise the first byte of the body. */
  readonly firstByteUntilMs?: number
  /** Told once when the exchange is over. */
  readonly observer?: Observer
}

export interface Observer {
  /** `failure`: it broke; undefined: it ended well, or we dropped it. */
  onOver(failure: Failure | undefined): void
}

export interface Origin {
  post(post: Post, sink: Sink): Exchange
  /** Waits for running exchanges. */
  close(): Promise<void>
  /** Drops running exchanges. */
  destroy(): Promise<void>
}

export interface OriginOptions {
  readonly connectMs: number
  readonly firstByteMs: number
  readonly idleMs: number
  /** True when the origin's name may stand for an address of a private network. Default false. */
  readonly allowPrivate?: boolean
}

/** All head lines together, bytes. 32 KiB: providers send below 4 KiB. A longer head is a failure. */
const HEAD_BYTES = 32_768

/** `origin` is scheme, host and port, for example "http://127.0.0.1:11434". */
export function createOrigin(origin: string, options: OriginOptions): Origin {
  const { connectMs, firstByteMs, idleMs, allowPrivate = false } = options
  const isTrusted = allowPrivate || isTrustedHost(new URL(origin).hostname)
  const pool = new Pool(origin, {
    connect: buildConnector({ timeout: connectMs, ...(isTrusted ? {} : { lookup: createLookup() }) }),
    headersTimeout: firstByteMs,
    bodyTimeout: idleMs,
    maxHeaderSize: HEAD_BYTES,
  })
  return {
    post(post, sink) {
      const handler = new Handler(sink, { options, post })
      if (handler.untilMs < Infinity) SWEEP.add(handler)
      const { path, headers, body } = post
      pool.dispatch({ path, method: 'POST', headers: headers as string[], body }, handler)
      return handler
    },
    close: () => pool.close(),
    destroy: () => pool.destroy(),
  }
}

/** One for the process: it holds a timer only while calls with a limit run. */
const SWEEP: Sweep = createSweep(REAL_CLOCK)

interface Made {
  readonly options: OriginOptions
  readonly post: Post
}

/** A class because one is made for each request, on the hot path: methods on a prototype cost no closures. */
class Handler implements Dispatcher.DispatchHandler, Exchange, Expiring {
  readonly #sink: Sink
  readonly #made: Made
  readonly #isLimited: boolean
  #controller: Dispatcher.DispatchController | null = null
  #hasHead = false
  #isDone = false
  untilMs: number

  constructor(sink: Sink, made: Made) {
    this.#sink = sink
    this.#made = made
    const { untilMs = Infinity, firstByteUntilMs = Infinity } = made.post
    this.untilMs = Math.min(untilMs, firstByteUntilMs)
    this.#isLimited = this.untilMs < Infinity
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#isDone) return
    // Without a controller the request still waits for a connection: onRequestStart drops it then.
    const controller = this.#controller
    this.#finish(undefined)
    controller?.abort(new Error('aborted by the gateway'))
  }

  /** A limit of our own was passed. */
  expire(): void {
    if (this.#isDone) return
    const { post } = this.#made
    const isFirst = (post.firstByteUntilMs ?? Infinity) <= this.untilMs
    const controller = this.#controller
    const failure = isFirst ? NO_FIRST_TOKEN : TOO_SLOW
    this.#finish(failure)
    controller?.abort(new Error('a time limit was passed'))
    this.#sink.onFail(failure)
  }

  /** A finished exchange lets go of undici's objects: kept, they pass from one request to the next through the collector. */
  #finish(failure: Failure | undefined): void {
    this.#isDone = true
    this.#controller = null
    if (this.#isLimited) SWEEP.remove(this)
    this.#made.post.observer?.onOver(failure)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isDone) controller.abort(new Error('aborted by the gateway'))
    else this.#controller = controller
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: UpstreamHeaders,
  ): void {
    // 103 Early Hints and its like come before the real head.
    if (status < 200 || this.#isDone) return
    this.#hasHead = true
    this.#sink.onHead(status, headers)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isDone) return
    if (this.#isLimited) this.untilMs = this.#made.post.untilMs ?? Infinity
    if (!this.#sink.onData(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#isDone) return
    this.#finish(undefined)
    this.#sink.onEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isDone) return
    const failure = toFailure(error, this.#hasHead, this.#made.options)
    this.#finish(failure)
    this.#sink.onFail(failure)
  }
}

const NO_FIRST_TOKEN: Failure = {
  code: 'upstream.first_byte',
  message: 'no first token within its time limit',
}
const TOO_SLOW: Failure = {
  code: 'upstream.too_slow',
  message: 'the answer was not complete within the time limit of the call or of the caller',
}

/** The parser's own codes start with HPE_, or it has none and only its name. */
const NOT_HTTP = /^(?:HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW$)/

/** Only the error's code goes into the message: its own text may hold an address or a piece of the response. */
function toFailure(error: Error, hasHead: boolean, timeouts: OriginOptions): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { code: 'upstream.connect', message: `no connection within ${timeouts.connectMs} ms` }
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { code: 'upstream.first_byte', message: `no first byte within ${timeouts.firstByteMs} ms` }
    case 'UND_ERR_BODY_TIMEOUT':
      return { code: 'upstream.stalled', message: `nothing more arrived for ${timeouts.idleMs} ms` }
    case ADDRESS_REFUSED:
      return {
        code: 'upstream.connect',
        message: 'its name stands for an address of a private network; allowPrivate permits that',
        isLasting: true,
      }
    default:
      return toBroken(code, hasHead)
  }
}

function toBroken(code: string, hasHead: boolean): Failure {
  if (NOT_HTTP.test(code)) {
    return { code: 'upstream.bad_body', message: `the response is not HTTP (${code})`, isLasting: true }
  }
  return hasHead
    ? { code: 'upstream.bad_body', message: `the response broke off or is not HTTP (${code})` }
    : { code: 'upstream.connect', message: `the connection failed before a response (${code})` }
}
