/**
 * Hold: an event stream that is read before it is given. Its bytes wait here, in order, until the policy has spoken; then they flow once,
 * or never. While it is held nothing is committed, so whatever breaks it (a cut, a stall, an error event, garbage, an end without an end)
 * is a failed attempt like any other, and another model can answer.
 *
 * A watcher may stop the reading early: `enough` when what it needs has arrived (the first token), the rest then flows behind what is
 * held; `doubt` when the answer is already known not to be good enough, the upstream is then closed in the middle of it.
 */
import { performance } from 'node:perf_hooks'
import type { Attempt, SignalName, TokenLogprob } from '@weir/core'
import type { Outlet, StreamAnswer } from './answer.ts'
import type { Failure } from './dispatch.ts'
import { ERROR_EVENT, EVENT_NOT_JSON, GONE, NO_END } from './failures.ts'
import type { Lifeline, LiveAttempt } from './live-attempt.ts'
import { StreamReader } from './read-stream.ts'

/** Bytes of one stream that are held, 8 MiB as for whole answers. A longer one is a failed attempt: it can be neither held nor half given. */
export const HELD_STREAM_BYTES: number = 8 * 1024 * 1024

export type Watch = (tokens: readonly TokenLogprob[]) => 'read_on' | 'enough' | Doubt

/** The answer is broken off: why, and what was read of it. */
export interface Doubt {
  readonly signal: SignalName
  readonly value: number
}

export interface HoldOptions {
  readonly lifeline: Lifeline
  readonly watch?: Watch
}

/** The attempt with its answers and an `answer` that flows from what was held; or with an error. Never rejects. */
export function holdStream(
  attempt: LiveAttempt,
  answer: StreamAnswer,
  options: HoldOptions,
): Promise<LiveAttempt> {
  return new Promise((resolve) => {
    const hold = new Hold(attempt, answer, { ...options, resolve })
    hold.start()
  })
}

interface Options extends HoldOptions {
  readonly resolve: (attempt: LiveAttempt) => void
}

class Hold implements Outlet {
  readonly #attempt: LiveAttempt
  readonly #answer: StreamAnswer
  readonly #options: Options
  readonly #reader = new StreamReader()
  readonly #upstream: Lifeline['call']
  #chunks: Buffer[] = []
  #bytes = 0
  #isResolved = false
  /** Nothing more comes from the upstream; with a failure when it broke. */
  #ending: { readonly failure?: Failure } | undefined
  #outlet: Outlet | undefined

  constructor(attempt: LiveAttempt, answer: StreamAnswer, options: Options) {
    this.#attempt = attempt
    this.#answer = answer
    this.#options = options
    this.#upstream = options.lifeline.call
  }

  start(): void {
    const { lifeline } = this.#options
    if (lifeline.isGone) return this.drop()
    lifeline.call = this
    if (!this.#answer.isEvents) return this.#abort(TOO_LONG)
    this.#answer.flow(this)
  }

  write(chunk: Buffer): boolean {
    if (this.#outlet !== undefined) return this.#outlet.write(chunk)
    if (this.#ending !== undefined) return false
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#isResolved) return false
    if (this.#bytes > HELD_STREAM_BYTES) {
      this.#abort(TOO_LONG)
      return false
    }
    this.#reader.push(chunk)
    return this.#look()
  }

  end(): void {
    if (this.#outlet !== undefined) return this.#outlet.end()
    if (this.#ending !== undefined) return
    this.#ending = {}
    if (this.#isResolved) return
    this.#reader.end()
    const failure = this.#faultOf() ?? (this.#reader.isComplete ? undefined : NO_END)
    this.#resolve(failure === undefined ? this.#read() : this.#failed(failure))
  }

  fail(failure: Failure): void {
    if (this.#outlet !== undefined) return this.#outlet.fail(failure)
    if (this.#ending !== undefined) return
    this.#ending = { failure }
    this.#resolve(this.#failed(failure))
  }

  /** Closes the upstream; the attempt fails with this when it has not been read yet. */
  drop(failure: Failure = GONE): void {
    this.#abort(failure)
  }

  /** True when the chunk may be followed by another at once. */
  #look(): boolean {
    const fault = this.#faultOf()
    if (fault !== undefined) {
      this.#abort(fault)
      return false
    }
    const seen = this.#options.watch?.(this.#reader.tokens) ?? 'read_on'
    if (seen === 'read_on') return true
    if (seen === 'enough') this.#resolve(this.#read())
    else this.#doubt(seen)
    return false
  }

  #doubt({ signal, value }: Doubt): void {
    const tokens = this.#reader.tokens.length
    const message = `broken off after ${tokens} tokens: its ${signal} is ${value}`
    const attempt = this.#failed({ code: 'limit.doubt', message })
    this.#stop()
    this.#resolve({ ...attempt, signals: { [signal]: value }, usage: { outputTokens: tokens } })
  }

  #abort(failure: Failure): void {
    this.#stop(failure)
    this.#resolve(this.#failed(failure))
  }

  #stop(failure?: Failure): void {
    this.#upstream?.drop()
    this.#ending ??= failure === undefined ? {} : { failure }
    this.#chunks = []
  }

  #faultOf(): Failure | undefined {
    switch (this.#reader.fault) {
      case 'error_event':
        return ERROR_EVENT
      case 'not_json':
        return EVENT_NOT_JSON
      case undefined:
        return undefined
    }
  }

  #read(): LiveAttempt {
    const isWhole = this.#ending !== undefined
    const { usage } = this.#reader
    return {
      ...this.#attempt,
      latencyMs: this.#latencyMs(),
      answers: this.#reader.answers(),
      answer: { ...this.#answer, flow: (outlet) => this.#flow(outlet), resume: () => this.#answer.resume() },
      ...(usage === undefined ? {} : { usage }),
      ...(isWhole ? {} : { cancel: () => this.drop() }),
    }
  }

  #failed({ code, message }: Failure): LiveAttempt {
    const { answer: _answer, ...attempt } = this.#attempt
    const error: NonNullable<Attempt['error']> = { code, message: `${attempt.model}: ${message}` }
    // What it said that it used is billed, whatever broke it afterwards.
    const { usage } = this.#reader
    return { ...attempt, latencyMs: this.#latencyMs(), error, ...(usage === undefined ? {} : { usage }) }
  }

  #latencyMs(): number {
    return performance.now() - this.#attempt.startedAtMs
  }

  #resolve(attempt: LiveAttempt): void {
    if (this.#isResolved) return
    this.#isResolved = true
    if (attempt.cancel === undefined) this.#options.lifeline.call = undefined
    this.#options.resolve(attempt)
  }

  #flow(outlet: Outlet): void {
    const held = this.#chunks
    this.#chunks = []
    this.#outlet = outlet
    let isOpen = true
    for (const chunk of held) isOpen = outlet.write(chunk)
    const ending = this.#ending
    if (ending?.failure !== undefined) outlet.fail(ending.failure)
    else if (ending !== undefined) outlet.end()
    else if (isOpen) this.#answer.resume()
  }
}

const TOO_LONG: Failure = {
  code: 'upstream.bad_body',
  message: 'an answer of more than 8 MiB cannot be read before it is given',
}
