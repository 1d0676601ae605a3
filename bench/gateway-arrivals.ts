/**
 * Open loop: requests arrive at random times (Poisson) or spread evenly, whether or not earlier ones are answered, as users do. Times run
 * from the write of the request: how late this process' own timer fires is not the target's doing. Events of paced streams carry the
 * clock of the machine at their sending, so that the way of each to here is known.
 */
import { connect, type Socket } from 'node:net'
import { createRng } from '@weir/core'
import {
  createRequests,
  Response,
  summarize,
  type RequestKind,
  type Spread,
  type Target,
} from './gateway-wire.ts'

export interface OpenOrder extends Target {
  readonly kind: 'open'
  readonly requestKind: RequestKind
  readonly ratePerSecond: number
  readonly requests: number
  readonly seed: number
}

export interface OpenResult {
  readonly whole: Spread
  /** From the write of the request to the first event of a stream; of whole answers, to the first byte. */
  readonly firstEvent: Spread
  /** From the sending of an event by the model to its arrival here. Zero where nothing is paced. */
  readonly relay: Spread
  /** Longest time between two pieces of one stream, over all streams, ms. */
  readonly longestGapMs: number
  /** Most requests that were under way at a time. */
  readonly mostOpen: number
  readonly failures: number
}

const STAMP = /"sentNs":"(\d+)"/g

export function runOpen(order: OpenOrder): Promise<OpenResult> {
  return new Promise((resolve, reject) => new Arrivals(order, resolve, reject).start())
}

interface Line {
  readonly socket: Socket
  index: number
  at: number
  lastAt: number
  response: Response
}

class Arrivals {
  readonly #order: OpenOrder
  readonly #resolve: (result: OpenResult) => void
  readonly #reject: (error: Error) => void
  readonly #requests: readonly Buffer[]
  readonly #whole: Float64Array
  readonly #firstEvents: Float64Array
  readonly #relays: number[] = []
  readonly #idle: Line[] = []
  #open = 0
  #mostOpen = 0
  #longestGapMs = 0
  #finished = 0
  #failures = 0

  constructor(order: OpenOrder, resolve: (result: OpenResult) => void, reject: (error: Error) => void) {
    this.#order = order
    this.#resolve = resolve
    this.#reject = reject
    this.#requests = createRequests(order, order.requestKind)
    this.#whole = new Float64Array(order.requests)
    this.#firstEvents = new Float64Array(order.requests)
  }

  start(): void {
    const { ratePerSecond, requests, seed } = this.#order
    const rng = createRng(seed)
    const startAt = performance.now()
    let dueMs = 0
    let index = 0
    const tick = (): void => {
      const nowMs = performance.now() - startAt
      while (index < requests && dueMs <= nowMs) {
        this.#send(index)
        index += 1
        dueMs += (-Math.log(1 - rng.next()) * 1000) / ratePerSecond
      }
      if (index < requests) setTimeout(tick, dueMs - nowMs)
    }
    tick()
  }

  #send(index: number): void {
    this.#open += 1
    this.#mostOpen = Math.max(this.#mostOpen, this.#open)
    const line = this.#idle.pop() ?? this.#connect()
    line.index = index
    line.response = new Response()
    line.at = performance.now()
    line.lastAt = 0
    line.socket.write(this.#requests[index % this.#requests.length] ?? '')
  }

  #connect(): Line {
    const socket = connect(this.#order.port, '127.0.0.1')
    socket.setNoDelay(true)
    const line: Line = { socket, index: 0, at: 0, lastAt: 0, response: new Response() }
    socket.on('error', this.#reject)
    socket.on('data', (chunk: Buffer) => this.#take(line, chunk))
    return line
  }

  #take(line: Line, chunk: Buffer): void {
    const nowNs = process.hrtime.bigint()
    const now = performance.now()
    const { index } = line
    if (line.lastAt > 0) {
      this.#longestGapMs = Math.max(this.#longestGapMs, now - line.lastAt)
      line.lastAt = now
    }
    if (this.#firstEvents[index] === 0) this.#readFirst(line, chunk, now)
    if (this.#order.requestKind.startsWith('paced')) {
      for (const [, sent = '0'] of chunk.toString('latin1').matchAll(STAMP)) {
        this.#relays.push(Number(nowNs - BigInt(sent)) / 1e6)
      }
    }
    if (!line.response.push(chunk)) return
    this.#whole[index] = now - line.at
    this.#finish(line)
  }

  /** Some gateways send the head before there is an event. */
  #readFirst(line: Line, chunk: Buffer, now: number): void {
    const isEvent = this.#order.requestKind === 'json' || chunk.includes('data: ')
    if (!isEvent) return
    this.#firstEvents[line.index] = now - line.at
    line.lastAt = now
  }

  #finish(line: Line): void {
    if (line.response.status !== 200) this.#failures += 1
    this.#open -= 1
    this.#finished += 1
    this.#idle.push(line)
    if (this.#finished < this.#order.requests) return
    for (const { socket } of this.#idle) socket.end()
    this.#resolve({
      whole: summarize(this.#whole),
      firstEvent: summarize(this.#firstEvents),
      relay: summarize(Float64Array.from(this.#relays)),
      longestGapMs: this.#longestGapMs,
      mostOpen: this.#mostOpen,
      failures: this.#failures,
    })
  }
}
