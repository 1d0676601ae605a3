/**
 * Breaker: an upstream that keeps failing is left alone for a while, so that callers fail over at once and it can recover.
 *
 *   closed --(failures >= n and >= fraction of the window's calls)--> open --(openMs, doubling)--> half-open
 *   half-open --(a probe answers)--> closed          half-open --(a probe fails)--> open
 *
 * The window is two halves that take turns, so counts are of the last windowMs/2 to windowMs. A call belongs to the state it began in: what it
 * says later, in another state, is not counted. Source: M. Nygard, Release It!, "Circuit Breaker"; the failure fraction as in resilience4j.
 * Pure but for its own counts; time comes in.
 */
import type { BreakerOptions } from './faults.ts'

/** How a call ended, as the breaker sees it. `neutral`: it says nothing about the upstream (the caller left, a 400). */
export type Verdict = 'good' | 'bad' | 'neutral'

/** Names the state that a call began in. */
export type Permit = number

export class Breaker {
  readonly #options: BreakerOptions
  /** Grows with each change of state. */
  #epoch = 0
  #state: 'closed' | 'open' | 'half-open' = 'closed'
  #reopensAtMs = 0
  #openings = 0
  #probes = 0
  #halfEndsAtMs = 0
  #calls = 0
  #failures = 0
  #olderCalls = 0
  #olderFailures = 0

  constructor(options: BreakerOptions) {
    this.#options = options
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.#state
  }

  /** Ms until a call may be tried, 0 for now. Infinity while probes are out: their answer decides. */
  waitMs(nowMs: number): number {
    if (this.#state === 'closed') return 0
    if (this.#state === 'open') return Math.max(0, this.#reopensAtMs - nowMs)
    return this.#probes < this.#options.probes ? 0 : Infinity
  }

  /** Call only when `waitMs` is 0; `settle` must follow. */
  begin(nowMs: number): Permit {
    if (this.#state === 'open') this.#enter('half-open', nowMs)
    if (this.#state === 'half-open') this.#probes += 1
    return this.#epoch
  }

  settle(permit: Permit, verdict: Verdict, nowMs: number): void {
    if (permit !== this.#epoch) return
    if (this.#state === 'half-open') this.#settleProbe(verdict, nowMs)
    else if (verdict !== 'neutral') this.#count(verdict, nowMs)
  }

  /** An answer that was counted as good broke off: still one call, and now a failure. */
  spoil(permit: Permit, nowMs: number): void {
    if (permit !== this.#epoch || this.#state !== 'closed') return
    this.#fail(nowMs)
  }

  #settleProbe(verdict: Verdict, nowMs: number): void {
    this.#probes -= 1
    if (verdict === 'good') this.#enter('closed', nowMs)
    else if (verdict === 'bad') this.#open(nowMs)
  }

  #count(verdict: Verdict, nowMs: number): void {
    if (nowMs >= this.#halfEndsAtMs) this.#turn(nowMs)
    this.#calls += 1
    if (verdict === 'good') {
      this.#openings = 0
      return
    }
    this.#fail(nowMs)
  }

  #fail(nowMs: number): void {
    this.#failures += 1
    const { failures, fraction } = this.#options
    const failed = this.#failures + this.#olderFailures
    if (failures > 0 && failed >= failures && failed >= fraction * (this.#calls + this.#olderCalls)) {
      this.#open(nowMs)
    }
  }

  #turn(nowMs: number): void {
    const halfMs = this.#options.windowMs / 2
    const isRecent = nowMs < this.#halfEndsAtMs + halfMs
    this.#olderCalls = isRecent ? this.#calls : 0
    this.#olderFailures = isRecent ? this.#failures : 0
    this.#calls = 0
    this.#failures = 0
    this.#halfEndsAtMs = nowMs + halfMs
  }

  #open(nowMs: number): void {
    const { openMs, maxOpenMs } = this.#options
    this.#enter('open', nowMs)
    this.#reopensAtMs = nowMs + Math.min(maxOpenMs, openMs * 2 ** this.#openings)
    this.#openings += 1
  }

  #enter(state: 'closed' | 'open' | 'half-open', nowMs: number): void {
    this.#state = state
    this.#epoch += 1
    this.#probes = 0
    this.#calls = 0
    this.#failures = 0
    this.#olderCalls = 0
    this.#olderFailures = 0
    this.#halfEndsAtMs = nowMs + this.#options.windowMs / 2
  }
}
