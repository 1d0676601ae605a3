/**
 * The one file that knows undici. One POST over a pool of kept-alive connections to one origin, with a time limit for each phase;
 * what arrives goes to a `Sink`, and a failure arrives as a `Failure` with a code of our table.
 *
 * `dispatch` is used instead of `request` or fetch: no streams are built, at about half the processor time (docs/decisions/0002).
 * Redirects are not followed and no proxy is read from the environment: a request goes to the configured origin or nowhere.
 */
import { Pool, type Dispatcher } from 'undici'
import type { ErrorCode } from '@weir/core'
import type { Timeouts } from './definition.ts'

export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface Failure {
  readonly code: Extract<
    ErrorCode,
    `upstream.${string}` | 'request.aborted' | 'request.unsupported' | 'limit.time' | 'limit.doubt'
  >
  /** What happened, without the upstream's address: callers read it. */
  readonly message: string
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
}

export interface Origin {
  post(post: Post, sink: Sink): Exchange
  /** Waits for running exchanges. */
  close(): Promise<void>
  /** Drops running exchanges. */
  destroy(): Promise<void>
}

/** `origin` is scheme, host and port, for example "http://127.0.0.1:11434". */
export function createOrigin(origin: string, timeouts: Timeouts): Origin {
  const { connectMs, firstByteMs, idleMs } = timeouts
  const pool = new Pool(origin, {
    connect: { timeout: connectMs },
    headersTimeout: firstByteMs,
    bodyTimeout: idleMs,
  })
  return {
    post({ path, headers, body }, sink) {
      const handler = new Handler(sink, timeouts)
      pool.dispatch({ path, method: 'POST', headers: headers as string[], body }, handler)
      return handler
    },
    close: () => pool.close(),
    destroy: () => pool.destroy(),
  }
}

/** A class because one is made for each request, on the hot path: methods on a prototype cost no closures. */
class Handler implements Dispatcher.DispatchHandler, Exchange {
  readonly #sink: Sink
  readonly #timeouts: Timeouts
  #controller: Dispatcher.DispatchController | null = null
  #hasHead = false
  #isDone = false

  constructor(sink: Sink, timeouts: Timeouts) {
    this.#sink = sink
    this.#timeouts = timeouts
  }

  resume(): void {
    this.#controller?.resume()
  }

  abort(): void {
    if (this.#isDone) return
    // Without a controller the request still waits for a connection: onRequestStart drops it then.
    const controller = this.#controller
    this.#finish()
    controller?.abort(new Error('aborted by the gateway'))
  }

  /** A finished exchange lets go of undici's objects: kept, they pass from one request to the next through the collector. */
  #finish(): void {
    this.#isDone = true
    this.#controller = null
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
    if (!this.#isDone && !this.#sink.onData(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#isDone) return
    this.#finish()
    this.#sink.onEnd()
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isDone) return
    this.#finish()
    this.#sink.onFail(toFailure(error, this.#hasHead, this.#timeouts))
  }
}

/** The parser's own codes start with HPE_, or it has none and only its name. */
const NOT_HTTP = /^(?:HPE_|HTTPParserError$|UND_ERR_HEADERS_OVERFLOW$)/

/** Only the error's code goes into the message: its own text may hold an address or a piece of the response. */
function toFailure(error: Error, hasHead: boolean, timeouts: Timeouts): Failure {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
      return { code: 'upstream.connect', message: `no connection within ${timeouts.connectMs} ms` }
    case 'UND_ERR_HEADERS_TIMEOUT':
      return { code: 'upstream.first_byte', message: `no first byte within ${timeouts.firstByteMs} ms` }
    case 'UND_ERR_BODY_TIMEOUT':
      return { code: 'upstream.stalled', message: `nothing more arrived for ${timeouts.idleMs} ms` }
    default:
      return hasHead || NOT_HTTP.test(code)
        ? { code: 'upstream.bad_body', message: `the response broke off or is not HTTP (${code})` }
        : { code: 'upstream.connect', message: `the connection failed before a response (${code})` }
  }
}
