/**
 * The load generator, in a process of its own: a number of kept-alive raw sockets, each sending the next request when the last answer
 * is complete (closed loop). Latency runs from the write of the request to its last byte, first byte apart.
 */
import { connect } from 'node:net'
import { reportTo } from './gateway-process.ts'
import { createPrompt } from './gateway-river.ts'

export interface LoadOrder {
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** Share of streamed requests. Range [0, 1]. */
  readonly streamFraction: number
  /** 'weir' lets the router choose, 'small' names a model: then nothing is decided. */
  readonly model: 'weir' | 'small'
}

export interface LoadResult {
  readonly seconds: number
  /** Milliseconds, ascending. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
  readonly failures: number
}

/** All different, so that nothing can be remembered between requests. */
const PROMPTS = 256

function requestBytes(model: string, index: number, isStream: boolean): Buffer {
  const body = JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: createPrompt(index).prompt },
    ],
    temperature: 0.7,
    ...(isStream ? { stream: true } : {}),
  })
  return Buffer.from(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer x\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function createRequests(model: string, isStream: boolean): readonly Buffer[] {
  return Array.from({ length: PROMPTS }, (_, index) => requestBytes(model, index, isStream))
}

const REQUESTS = {
  weir: { whole: createRequests('weir', false), streamed: createRequests('weir', true) },
  small: { whole: createRequests('small', false), streamed: createRequests('small', true) },
}

/** True when the bytes so far end a response: by its length, or by its last chunk. */
class Response {
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

function run({ port, connections, requests, streamFraction, model }: LoadOrder): Promise<LoadResult> {
  const { whole, streamed } = REQUESTS[model]
  const latencies = new Float64Array(requests)
  const firstBytes = new Float64Array(requests)
  const beganAt = performance.now()
  let sent = 0
  let finished = 0
  let failures = 0
  return new Promise((resolve, reject) => {
    const start = (): void => {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      let response = new Response()
      let at = 0
      let index = 0
      const send = (): void => {
        if (sent >= requests) return void socket.end()
        index = sent
        sent += 1
        response = new Response()
        const isStream = (index * 7919) % 1000 < streamFraction * 1000
        at = performance.now()
        socket.write((isStream ? streamed : whole)[index % PROMPTS] ?? '')
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (chunk: Buffer) => {
        if (firstBytes[index] === 0) firstBytes[index] = performance.now() - at
        if (!response.push(chunk)) return
        latencies[index] = performance.now() - at
        if (response.status !== 200) failures += 1
        finished += 1
        if (finished === requests) resolve(summarize(latencies, firstBytes, { beganAt, failures }))
        send()
      })
    }
    for (let index = 0; index < connections; index += 1) start()
  })
}

/** `values` ascending. */
function quantile(values: Float64Array, q: number): number {
  return values[Math.floor(q * (values.length - 1))] ?? 0
}

function summarize(
  latencies: Float64Array,
  firstBytes: Float64Array,
  { beganAt, failures }: { readonly beganAt: number; readonly failures: number },
): LoadResult {
  latencies.sort()
  firstBytes.sort()
  return {
    seconds: (performance.now() - beganAt) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    firstByteP50Ms: quantile(firstBytes, 0.5),
    failures,
  }
}

process.on('message', (message) => {
  if (message === 'usage') return
  run(message as LoadOrder).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error
    },
  )
})
reportTo(0)
