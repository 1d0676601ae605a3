/**
 * One POST of JSON, its whole reply read: for calls whose answer nobody streams.
 */
import { WeirError } from '@weir/core'
import type { Failure, Origin, Sink, UpstreamHeaders } from '../upstream/dispatch.ts'

export interface Reply {
  readonly status: number
  readonly headers: UpstreamHeaders
  readonly text: string
}

export interface JsonPost {
  readonly path: string
  readonly headers: readonly string[]
  readonly body: object
  /** performance.now() by which the last byte must have come, ms. */
  readonly untilMs: number
  /** A longer reply is a failure, bytes. */
  readonly mostBytes: number
}

/** Any status resolves. Rejects with an `upstream.` error when no reply comes. */
export function postJson(origin: Origin, post: JsonPost): Promise<Reply> {
  const { path, headers, body, untilMs, mostBytes } = post
  return new Promise((resolve, reject) => {
    const sink = new Collected(
      resolve,
      ({ code, message }) => reject(new WeirError(code, message)),
      mostBytes,
    )
    origin.post({ path, headers, body: Buffer.from(JSON.stringify(body)), untilMs }, sink)
  })
}

class Collected implements Sink {
  readonly #done: (reply: Reply) => void
  readonly #failed: (failure: Failure) => void
  readonly #mostBytes: number
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0
  #headers: UpstreamHeaders = {}

  constructor(done: (reply: Reply) => void, failed: (failure: Failure) => void, mostBytes: number) {
    this.#done = done
    this.#failed = failed
    this.#mostBytes = mostBytes
  }

  onHead(status: number, headers: UpstreamHeaders): void {
    this.#status = status
    this.#headers = headers
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes <= this.#mostBytes) this.#chunks.push(chunk)
    return true
  }

  onEnd(): void {
    if (this.#bytes > this.#mostBytes)
      this.#failed({
        code: 'upstream.bad_body',
        message: `the reply is longer than ${this.#mostBytes} bytes`,
      })
    else
      this.#done({
        status: this.#status,
        headers: this.#headers,
        text: Buffer.concat(this.#chunks).toString('utf8'),
      })
  }

  onFail(failure: Failure): void {
    this.#failed(failure)
  }
}
