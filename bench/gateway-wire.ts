/** What the load generator sends and how it reads what comes back: the least of HTTP, so that it takes little of the core it shares. */
import { createPrompt } from './gateway-river.ts'

export interface Target {
  readonly port: number
  /** 'weir' lets the router choose, 'small' names a model: then nothing is decided. */
  readonly model: 'weir' | 'small'
  readonly headers?: Readonly<Record<string, string>>
}

export type RequestKind = 'json' | 'sse' | 'paced-10' | 'paced-100'

/** All different, so that nothing can be remembered between requests. */
const PROMPTS = 256

/** A stream is paced by its `user`: a member that every gateway hands on. */
function requestBytes({ model, headers = {} }: Target, kind: RequestKind, index: number): Buffer {
  const body = JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: createPrompt(index).prompt },
    ],
    temperature: 0.7,
    ...(kind === 'json' ? {} : { stream: true }),
    ...(kind === 'json' || kind === 'sse' ? {} : { user: kind }),
  })
  const all = { authorization: 'Bearer x', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n${lines.join('')}` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const made = new Map<string, readonly Buffer[]>()

export function createRequests(target: Target, kind: RequestKind): readonly Buffer[] {
  const key = JSON.stringify([kind, target.model, target.headers])
  const known = made.get(key)
  if (known !== undefined) return known
  const requests = Array.from({ length: PROMPTS }, (_, index) => requestBytes(target, kind, index))
  made.set(key, requests)
  return requests
}

/** Knows when a response is complete: by its length, or by its last chunk. */
export class Response {
  #bytes = 0
  #end = -1
  #isChunked = false
  #head = ''
  status = 0

  push(chunk: Buffer): boolean {
    if (this.#end < 0 && !this.#isChunked) this.#readHead(chunk)
    this.#bytes += chunk.length
    if (!this.#isChunked) return this.#end >= 0 && this.#bytes >= this.#end
    // The last chunk ends in 0\r\n\r\n; the size line before it tells it from text that ends so.
    return chunk.length >= 5 && chunk.toString('latin1', chunk.length - 5) === '0\r\n\r\n'
  }

  #readHead(chunk: Buffer): void {
    this.#head += chunk.toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#head.slice(0, end)
    this.status = Number(head.slice(9, 12))
    const length = /content-length: (\d+)/i.exec(head)?.[1]
    if (length === undefined) this.#isChunked = true
    else this.#end = end + 4 + Number(length)
  }
}

/** Milliseconds. */
export interface Spread {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** Sorts `values` in place. */
export function summarize(values: Float64Array): Spread {
  values.sort()
  const quantile = (q: number): number => values[Math.floor(q * (values.length - 1))] ?? 0
  return { p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: quantile(1) }
}
