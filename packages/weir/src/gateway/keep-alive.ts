/**
 * Keep-alive: a caller who waits for a stream that is held back hears a comment from time to time, so that nothing between us closes the
 * connection. A short hold sends nothing and keeps its freedom: status and headers can still say how it ended. The first comment sends
 * the head; from there on an error is an event, and what headers would have said stands in a comment before the answer.
 */
import type { ServerResponse } from 'node:http'

/** Time between comments, and before the first, ms. 10,000: well below the 60 s after which proxies give up, long enough for most drafts. */
export const DEFAULT_KEEP_ALIVE_MS = 10_000

export interface KeepAliveOptions {
  readonly response: ServerResponse
  readonly intervalMs: number
  /** What a waiting caller hears, in its dialect. */
  readonly beat: Buffer
  /** What is known of the headers when the first comment is sent, names and values alternating. */
  readonly headers: () => string[]
}

export class KeepAlive {
  readonly #options: KeepAliveOptions
  #timer: NodeJS.Timeout | undefined
  /** True from the first comment until `stop`. */
  #isOpen = false

  constructor(options: KeepAliveOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#beat(), options.intervalMs)
    options.response.once('close', () => this.#clear())
  }

  /** Ends the comments. True when the head is sent and nothing else: whoever stops it goes on with events. Once. */
  stop(): boolean {
    this.#clear()
    const { response } = this.#options
    const wasOpen = this.#isOpen && !response.destroyed && !response.writableEnded
    this.#isOpen = false
    return wasOpen
  }

  #beat(): void {
    const { response, headers, beat } = this.#options
    if (response.destroyed) return this.#clear()
    if (!this.#isOpen) {
      response.writeHead(200, [
        'content-type',
        'text/event-stream; charset=utf-8',
        'cache-control',
        'no-cache',
        ...headers(),
      ])
      this.#isOpen = true
    }
    response.write(beat)
  }

  #clear(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
