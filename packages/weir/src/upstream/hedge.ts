/**
 * Hedge: a second call beside one that is slow, to another upstream where there is one. The first answer wins and the other call is closed. Of
 * `Send`'s shape on both sides, outside of retry: a hedge is one more try of its own.
 *
 *   delay = max(minMs, percentile of the latest LATEST waits)        hedges <= fraction * calls
 *
 * Only before the first byte: once a call has answered, its timer is gone. Source: J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56(2)
 * 2013, section "Hedged requests": deferring the second to the 95th percentile costs about 5% more load.
 */
import type { Clock } from './clock.ts'
import type { Failure } from './dispatch.ts'
import { cut } from './fan.ts'
import type { HedgeOptions } from './faults.ts'
import {
  triesOf,
  type CallRequest,
  type Lifeline,
  type LiveAttempt,
  type Send,
  type Try,
} from './live-attempt.ts'

/** Waits that are remembered: enough for a 95th percentile, few enough to follow a change. */
const LATEST = 100
/** No hedge before so many are known. */
const KNOWN = 20
/** Hedges that may be saved up, so that a quiet hour does not pay for a burst. */
const SAVED = 10

/** How long this model's answers take, and how many hedges are left. */
export class HedgeBudget {
  readonly #options: HedgeOptions
  /** Ring of LATEST waits, ms. */
  readonly #waits: number[] = []
  #next = 0
  #left = 0
  #delayMs: number | undefined

  constructor(options: HedgeOptions) {
    this.#options = options
  }

  /** Each call pays in its fraction. */
  begin(): void {
    this.#left = Math.min(SAVED, this.#left + this.#options.fraction)
  }

  /** After so long a call is slow, ms; undefined while that is not known. */
  delayMs(): number | undefined {
    if (this.#waits.length < KNOWN) return undefined
    const { percentile, minMs } = this.#options
    this.#delayMs ??= this.#waits.toSorted((a, b) => a - b)[Math.floor(percentile * this.#waits.length)] ?? 0
    return Math.max(minMs, this.#delayMs)
  }

  /** True when a hedge may be made now; it is then spent. */
  take(): boolean {
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  note(waitMs: number): void {
    this.#waits[this.#next] = waitMs
    this.#next = (this.#next + 1) % LATEST
    this.#delayMs = undefined
  }
}

export interface HedgeTools {
  readonly budget: HedgeBudget
  readonly clock: Clock
  /** One try at another upstream than `slow`, where there is one that may be called. */
  readonly second: (request: CallRequest, slow: number) => Promise<LiveAttempt>
}

/** `send`: the call with its retries. */
export function sendWithHedge(send: Send, tools: HedgeTools, request: CallRequest): Promise<LiveAttempt> {
  const { budget } = tools
  budget.begin()
  const delayMs = budget.delayMs()
  if (delayMs === undefined || request.lifeline.isGone) {
    return send(request).then((attempt) => noted(attempt, budget))
  }
  return new Promise((resolve) => new Race({ ...tools, send, request, delayMs, resolve }).start())
}

function noted(attempt: LiveAttempt, budget: HedgeBudget): LiveAttempt {
  if (attempt.error === undefined) budget.note(attempt.latencyMs ?? 0)
  return attempt
}

interface RaceOptions extends HedgeTools {
  readonly send: Send
  readonly request: CallRequest
  readonly delayMs: number
  readonly resolve: (attempt: LiveAttempt) => void
}

/** At most two calls, each on a lifeline of its own. */
class Race {
  readonly #options: RaceOptions
  readonly #lines: Lifeline[] = []
  /** Tries of the calls that have ended without the answer. */
  readonly #lost: Try[] = []
  #ended = 0
  #best: { readonly attempt: LiveAttempt; readonly position: number } | undefined
  readonly #startedAtMs: number
  #cancelTimer: (() => void) | undefined

  constructor(options: RaceOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.nowMs()
  }

  start(): void {
    const { clock, delayMs, send, request } = this.#options
    request.lifeline.call = this
    this.#cancelTimer = clock.after(delayMs, () => this.#hedge())
    this.#run(send)
  }

  /** The caller is gone, or its time is up: every running call is dropped and says so itself. */
  drop(failure?: Failure): void {
    this.#cancelTimer?.()
    for (const line of this.#lines) cut(line, failure)
  }

  #hedge(): void {
    const { budget, second } = this.#options
    if (!budget.take()) return
    const slow = this.#lines[0]?.upstream ?? 0
    this.#run((request) => second(request, slow))
  }

  #run(send: Send): void {
    const { request } = this.#options
    const lifeline: Lifeline = { ...request.lifeline, call: undefined }
    const position = this.#lines.push(lifeline) - 1
    void send({ ...request, lifeline }).then((attempt) => this.#onAttempt(attempt, position))
  }

  /** The first answer wins, else the last failure. A call that lost is closed and reports at once, so all of its tries are known. */
  #onAttempt(attempt: LiveAttempt, position: number): void {
    this.#ended += 1
    const isLast = this.#ended === this.#lines.length
    if (this.#best !== undefined) this.#lose(attempt, position)
    else if (attempt.error === undefined || isLast) this.#win(attempt, position)
    else this.#lose(attempt, position)
    if (isLast) this.#finish()
  }

  #lose(attempt: LiveAttempt, position: number): void {
    this.#lost.push(...asHedge(triesOf(attempt), position).map(closed))
  }

  #win(attempt: LiveAttempt, position: number): void {
    this.#best = { attempt, position }
    this.#cancelTimer?.()
    for (const line of this.#lines) if (line !== this.#lines[position]) cut(line)
  }

  #finish(): void {
    const { request, resolve, budget, clock } = this.#options
    if (this.#best === undefined) return
    const { attempt, position } = this.#best
    // A stream that is still arriving is dropped by the caller's lifeline from now on.
    request.lifeline.call = this.#lines[position]?.call
    const latencyMs = clock.nowMs() - this.#startedAtMs
    // What the caller waited: a hedge's own time would make the slow calls look quick, and the next hedge come earlier.
    if (attempt.error === undefined) budget.note(latencyMs)
    if (this.#lines.length === 1) return resolve(attempt)
    const tries = [...this.#lost, ...asHedge(triesOf(attempt), position)]
    resolve({ ...attempt, startedAtMs: this.#startedAtMs, latencyMs, tries })
  }
}

function asHedge(tries: readonly Try[], position: number): readonly Try[] {
  return position === 0 ? tries : tries.map((one) => (one.move === 'first' ? { ...one, move: 'hedge' } : one))
}

/** Also one that answered in the same moment: what it says is given to nobody. */
function closed(one: Try): Try {
  return one.error === undefined ? { ...one, error: 'request.aborted' } : one
}
