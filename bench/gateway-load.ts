/**
 * The load generator, in a process of its own: a number of kept-alive raw sockets, each sending the next request when the last answer
 * is complete (closed loop). Latency runs from the write of the request to its last byte, first byte apart.
 */
import { connect } from 'node:net'
import { reportTo } from './gateway-process.ts'

export interface LoadOrder {
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** Share of streamed requests. Range [0, 1]. */
  readonly streamFraction: number
}

export interface LoadResult {
  readonly seconds: number
  /** Milliseconds, ascending. */
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
  readonly failures: number
}

const PROMPTS = 256
/** About 500 characters each, all different, so that nothing can be remembered between requests. */
const WORDS =
  'how many apples remain when a train leaves the station before noon and explain in short steps why the function returns'.split(
    ' ',
  )

function requestBytes(index: number, isStream: boolean): Buffer {
  let state = index * 2654435761 + 12345
  let prompt = ''
  while (prompt.length < 500) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    prompt += `${WORDS[(state >>> 16) % WORDS.length]} `
  }
  const body = JSON.stringify({
    model: 'weir',
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: prompt },
    ],
    temperature: 0.7,
    ...(isStream ? { stream: true } : {}),
  })
  return Buffer.from(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nauthorization: Bearer x\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

const whole = Array.from({ length: PROMPTS }, (_, index) => requestBytes(index, false))
const streamed = Array.from({ length: PROMPTS }, (_, index) => requestBytes(index, true))

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

function run({ port, connections, requests, streamFraction }: LoadOrder): Promise<LoadResult> {
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
