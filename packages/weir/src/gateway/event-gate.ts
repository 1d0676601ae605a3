/**
 * Event gate: stands between a stream and the caller where a policy reads answers. Whole events pass, in order; on the way
 *
 *   - what only weir asked for is taken out again: log-probabilities become null, the usage event is left out
 *   - a tool call waits until it is whole: a caller gets all of it or, when the stream breaks, none
 *   - what is no event of an answer ends the stream with an error, and so does an end before the answer's
 *
 * Text flows at once. Every other byte stays as the upstream wrote it.
 */
import { isRecord, type Usage } from '@weir/core'
import type { Outlet } from '../upstream/answer.ts'
import type { Failure } from '../upstream/dispatch.ts'
import { EVENT_NOT_JSON, NO_END } from '../upstream/failures.ts'
import { choicesOf, indexOf } from '../upstream/read-completion.ts'
import { eventEnd, WholeEvents } from '../upstream/event-bytes.ts'
import { BROKEN, DONE, readEvent } from '../upstream/stream-check.ts'
import { readUsage } from '../upstream/usage.ts'
import { withoutLogprobs } from './rewrite.ts'

/** Bytes of an incomplete event or of incomplete tool calls that wait. 8 MiB, as for whole answers; a stream with more of it is broken off. */
const WAITING_BYTES = 8 * 1024 * 1024
/** A comment is sent when a tool call has kept the caller waiting for so long, ms: proxies close connections that are silent for a minute. */
const SILENCE_MS = 10_000

export interface EventGateOptions {
  readonly outlet: Outlet
  /** True when weir asked for log-probabilities and the caller did not. */
  readonly dropsLogprobs: boolean
  /** True when weir asked for usage and the caller did not. */
  readonly dropsUsage: boolean
  /** Told of usage as it passes, whether it is taken out or not. */
  readonly onUsage: (usage: Usage) => void
  /** Closes the upstream. */
  readonly abort: () => void
  /** Milliseconds of any origin, rising. */
  readonly nowMs: () => number
}

export class EventGate implements Outlet {
  readonly #options: EventGateOptions
  readonly #events = new WholeEvents()
  /** Events that wait for the end of a tool call. */
  #held: Buffer[] = []
  #heldBytes = 0
  #lastWriteMs = 0
  /** Choices that have not said why they finished; those of them with a tool call hold the stream. */
  readonly #unfinished = new Set<number>()
  readonly #open = new Set<number>()
  /** The last event was passed: [DONE], or an error. */
  #hasEnd = false
  #hasChoice = false
  #isOver = false

  constructor(options: EventGateOptions) {
    this.#options = options
    this.#lastWriteMs = options.nowMs()
  }

  write(chunk: Buffer): boolean {
    if (this.#isOver) return false
    const bytes = this.#events.push(chunk)
    const ready: Buffer[] = []
    for (let start = 0; start < bytes.length;) {
      const end = eventEnd(bytes, start)
      const passed = this.#pass(bytes.subarray(start, end))
      if (passed === 'broken') return this.#break(ready, EVENT_NOT_JSON)
      ready.push(...passed)
      start = end
    }
    if (this.#events.heldBytes + this.#heldBytes > WAITING_BYTES) return this.#break(ready, TOO_LONG)
    return this.#send(ready)
  }

  end(): void {
    if (this.#isOver) return
    const rest = this.#events.rest()
    const passed = rest.toString('utf8').trim() === '' ? [] : this.#pass(rest)
    this.#isOver = true
    if (passed !== 'broken') this.#send(passed)
    const isWhole = this.#hasEnd || (this.#hasChoice && this.#unfinished.size === 0)
    // Behind a whole answer a broken rest is nothing that anybody misses.
    if (isWhole) this.#options.outlet.end()
    else this.#options.outlet.fail(NO_END)
  }

  fail(failure: Failure): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#options.outlet.fail(failure)
  }

  #break(ready: readonly Buffer[], failure: Failure): false {
    this.#send(ready)
    this.#options.abort()
    this.fail(failure)
    return false
  }

  /** The event as it is to be sent, behind those that waited for it; nothing when it has to wait or to go. */
  #pass(event: Buffer): readonly Buffer[] | 'broken' {
    const data = readData(event)
    if (data === BROKEN) return 'broken'
    if (data === DONE || isError(data)) {
      // Half a tool call is not sent before an error either.
      if (data !== DONE) this.#held = []
      this.#hasEnd = true
      this.#open.clear()
    }
    const usage = readUsage(data)
    if (usage !== undefined) this.#options.onUsage(usage)
    const isDropped = this.#options.dropsUsage && isUsageEvent(data)
    for (const choice of choicesOf(data)) this.#watch(choice)
    if (!isDropped) this.#hold(this.#options.dropsLogprobs ? stripped(event) : event)
    if (this.#open.size > 0) return []
    const ready = this.#held
    this.#held = []
    this.#heldBytes = 0
    return ready
  }

  #hold(event: Buffer): void {
    this.#held.push(event)
    this.#heldBytes += event.length
  }

  #watch(choice: Readonly<Record<string, unknown>>): void {
    const { delta, finish_reason: finishReason } = choice
    const index = indexOf(choice)
    this.#hasChoice = true
    const calls = isRecord(delta) ? (delta['tool_calls'] ?? delta['function_call']) : undefined
    const hasCalls = Array.isArray(calls) ? calls.length > 0 : isRecord(calls)
    if (typeof finishReason === 'string') {
      this.#unfinished.delete(index)
      this.#open.delete(index)
      return
    }
    this.#unfinished.add(index)
    if (hasCalls) this.#open.add(index)
  }

  #send(ready: readonly Buffer[]): boolean {
    const { outlet, nowMs } = this.#options
    const [first] = ready
    if (first === undefined) {
      if (nowMs() - this.#lastWriteMs < SILENCE_MS || this.#isOver) return true
      this.#lastWriteMs = nowMs()
      return outlet.write(KEEP_ALIVE)
    }
    this.#lastWriteMs = nowMs()
    return outlet.write(ready.length === 1 ? first : Buffer.concat(ready))
  }
}

const TOO_LONG: Failure = { code: 'upstream.bad_body', message: 'an event or a tool call of more than 8 MiB' }

/** An event that clients pass over. */
export const KEEP_ALIVE: Buffer = Buffer.from(': keep-alive\n\n')

/** Empty data is nothing that an answer says. */
function readData(event: Buffer): ReturnType<typeof readEvent> {
  const data = readEvent(event.toString('utf8'))
  return data === undefined && dataStart(event) >= 0 ? BROKEN : data
}

function isError(data: unknown): boolean {
  return isRecord(data) && data['error'] !== undefined && data['error'] !== null
}

/** Offset of the value behind `data:`; -1 when the event has none. */
function dataStart(event: Buffer): number {
  if (event.indexOf('data:') === 0) return 5
  const at = event.indexOf('\ndata:')
  return at < 0 ? -1 : at + 6
}

function isUsageEvent(data: unknown): boolean {
  if (!isRecord(data) || !isRecord(data['usage'])) return false
  return Array.isArray(data['choices']) && data['choices'].length === 0
}

function stripped(event: Buffer): Buffer {
  const start = dataStart(event)
  if (start < 0 || event.includes('\ndata:', start)) return event
  const data = event.subarray(start)
  const rest = withoutLogprobs(data)
  return rest === data ? event : Buffer.concat([event.subarray(0, start), rest])
}
