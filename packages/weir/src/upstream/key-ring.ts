/**
 * Key ring: the operator's keys for one upstream, used in turn. A key that is refused (401, 402, 403) or has spent its limit (429) rests,
 * and the others go on. While all rest, the one that rests least long is named with the wait, so that nothing is refused that nobody refused.
 */

/** A refused key is tried again after this, ms. 60 s: somebody may have paid the bill; a call a minute costs nothing. */
export const REFUSED_REST_MS = 60_000
/** After a 429 that says nothing else, ms. Limits count by the minute or the second; too short is corrected by the next 429. */
export const BUSY_REST_MS = 1_000
/** No key rests longer because a provider says so, ms: it may also mean one caller's request. */
export const LONGEST_REST_MS = 60_000

export class KeyRing {
  /** Monotonic ms until which each key rests. Length: number of keys, at least 1. */
  readonly #restsUntilMs: number[]
  #next = 0

  constructor(count: number) {
    this.#restsUntilMs = Array.from({ length: Math.max(1, count) }, () => 0)
  }

  get size(): number {
    return this.#restsUntilMs.length
  }

  /** Ms until a key is free, 0 for now. */
  waitMs(nowMs: number): number {
    if (this.#restsUntilMs.length === 1) return Math.max(0, (this.#restsUntilMs[0] ?? 0) - nowMs)
    return Math.max(0, Math.min(...this.#restsUntilMs) - nowMs)
  }

  /** Position of the key to use: the next free one in turn, else the one that is free soonest. */
  take(nowMs: number): number {
    const { length } = this.#restsUntilMs
    if (length === 1) return 0
    let soonest = this.#next
    for (let step = 0; step < length; step += 1) {
      const at = (this.#next + step) % length
      const until = this.#restsUntilMs[at] ?? 0
      if (until <= nowMs) {
        this.#next = (at + 1) % length
        return at
      }
      if (until < (this.#restsUntilMs[soonest] ?? 0)) soonest = at
    }
    this.#next = (soonest + 1) % length
    return soonest
  }

  /** Until then at least: a refusal that says less, of a call that ran beside, does not shorten what another said. */
  rest(key: number, untilMs: number): void {
    this.#restsUntilMs[key] = Math.max(this.#restsUntilMs[key] ?? 0, untilMs)
  }
}
