/**
 * The load generator, in a process of its own: kept-alive raw sockets. Closed loop: each connection sends the next request when the last
 * answer is complete. Open loop (gateway-arrivals.ts): requests arrive at random whatever became of the others.
 */
import { connect } from 'node:net'
import { runOpen, type OpenOrder, type OpenResult } from './gateway-arrivals.ts'
import { reportTo } from './gateway-process.ts'
import { createRequests, Response, summarize, type Spread, type Target } from './gateway-wire.ts'

export type { Target } from './gateway-wire.ts'

export interface ClosedOrder extends Target {
  readonly kind: 'closed'
  readonly connections: number
  readonly requests: number
  /** Share of streamed requests. Range [0, 1]. */
  readonly streamFraction: number
}

export interface ClosedResult {
  readonly seconds: number
  /** From the write of a request to the last byte of its answer. */
  readonly whole: Spread
  readonly firstByte: Spread
  readonly failures: number
}

export type LoadOrder = ClosedOrder | OpenOrder
export type LoadResult<O extends LoadOrder> = O extends ClosedOrder ? ClosedResult : OpenResult

function runClosed(order: ClosedOrder): Promise<ClosedResult> {
  const { port, connections, requests, streamFraction } = order
  const whole = createRequests(order, 'json')
  const streamed = createRequests(order, 'sse')
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
        const from = isStream ? streamed : whole
        at = performance.now()
        socket.write(from[index % from.length] ?? '')
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (chunk: Buffer) => {
        if (firstBytes[index] === 0) firstBytes[index] = performance.now() - at
        if (!response.push(chunk)) return
        latencies[index] = performance.now() - at
        if (response.status !== 200) failures += 1
        finished += 1
        if (finished === requests) {
          const seconds = (performance.now() - beganAt) / 1000
          resolve({ seconds, failures, whole: summarize(latencies), firstByte: summarize(firstBytes) })
        }
        send()
      })
    }
    for (let index = 0; index < connections; index += 1) start()
  })
}

process.on('message', (message) => {
  if (message === 'usage') return
  const order = message as LoadOrder
  const running = order.kind === 'closed' ? runClosed(order) : runOpen(order)
  running.then(
    (result) => process.send?.(result),
    (error: unknown) => {
      throw error
    },
  )
})
reportTo(0)
