/**
 * External scorer over HTTP: one POST of JSON with a time limit for the whole of it. The reply's body becomes the answer's text; what it
 * means is the scorer's to read.
 */
import { performance } from 'node:perf_hooks'
import type { Attempt, ExternalRequest } from '@weir/core'
import type { Secret } from '../config/secret.ts'
import { createOrigin, type Exchange, type Failure, type Sink } from './dispatch.ts'
import { GONE } from './failures.ts'
import type { Lifeline } from './live-attempt.ts'
import { authHeaders, REQUEST_HEADERS } from './providers.ts'

export interface ExternalDefinition {
  /** http(s) URL of the scorer. */
  readonly url: string
  /** For the whole exchange, ms. */
  readonly timeoutMs: number
  /** Sent as a bearer token. */
  readonly apiKey?: Secret
}

export interface ExternalClient {
  /** Never rejects: a failure is an attempt with `error`. */
  ask(request: ExternalRequest, lifeline: Lifeline): Promise<Attempt>
  destroy(): Promise<void>
}

/** Largest reply that is read, bytes: a score is a few. */
const REPLY_BYTES = 65_536

export function createExternalClient({ url, timeoutMs, apiKey }: ExternalDefinition): ExternalClient {
  const { origin: address, pathname, search, host } = new URL(url)
  const origin = createOrigin(address, { connectMs: timeoutMs, firstByteMs: timeoutMs, idleMs: timeoutMs })
  const headers = [
    ...REQUEST_HEADERS,
    ...(apiKey === undefined ? [] : authHeaders('bearer', apiKey.reveal())),
  ]
  return {
    ask: (request, lifeline) =>
      new Promise((resolve) => {
        const startedAtMs = performance.now()
        const finish = (rest: Partial<Attempt>): void => {
          clearTimeout(timer)
          lifeline.call = undefined
          resolve({ model: host, purpose: 'external', latencyMs: performance.now() - startedAtMs, ...rest })
        }
        const fail = ({ code, message }: Failure): void =>
          finish({ error: { code, message: `the external scorer: ${message}` } })
        let exchange: Exchange | undefined
        const drop = (failure: Failure): void => {
          exchange?.abort()
          fail(failure)
        }
        const timer = setTimeout(
          () => drop({ code: 'upstream.first_byte', message: `no reply within ${timeoutMs} ms` }),
          timeoutMs,
        )
        if (lifeline.isGone) return fail(GONE)
        lifeline.call = { drop: (failure = GONE) => drop(failure) }
        const body = Buffer.from(JSON.stringify(request))
        const sink = new Reply((text) => finish({ answers: [{ text }], costUsd: 0 }), fail)
        // May fail before it returns: everything that a failure needs stands above.
        exchange = origin.post({ path: pathname + search, headers, body }, sink)
      }),
    destroy: () => origin.destroy(),
  }
}

class Reply implements Sink {
  readonly #done: (text: string) => void
  readonly #failed: (failure: Failure) => void
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #status = 0

  constructor(done: (text: string) => void, failed: (failure: Failure) => void) {
    this.#done = done
    this.#failed = failed
  }

  onHead(status: number): void {
    this.#status = status
  }

  onData(chunk: Buffer): boolean {
    this.#bytes += chunk.length
    if (this.#bytes <= REPLY_BYTES) this.#chunks.push(chunk)
    return true
  }

  onEnd(): void {
    const isGood = this.#status >= 200 && this.#status < 300 && this.#bytes <= REPLY_BYTES
    if (isGood) this.#done(Buffer.concat(this.#chunks).toString('utf8'))
    else this.#failed({ code: 'upstream.refused', message: `answered status ${this.#status}` })
  }

  onFail(failure: Failure): void {
    this.#failed(failure)
  }
}
