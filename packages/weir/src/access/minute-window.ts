/**
 * Minute window: how much was used in the last minute, in slots of a second. An amount counts for 60 to 61 seconds, so that no minute, wherever
 * it begins, ever holds more than the limit. Constant memory, a few additions an amount.
 */

const SLOTS = 61
const SLOT_MS = 1000
const WINDOW_MS = SLOTS * SLOT_MS

export class MinuteWindow {
  readonly #slots = new Float64Array(SLOTS)
  /** Number of the newest slot: seconds on the caller's clock. */
  #newest = 0
  #sum = 0

  /** Used in the last minute. */
  used(nowMs: number): number {
    this.#advance(nowMs)
    return this.#sum
  }

  /** Returns the slot, so that the amount can be corrected where it was counted. */
  add(amount: number, nowMs: number): number {
    this.#advance(nowMs)
    this.#put(this.#newest, amount)
    return this.#newest
  }

  /** Corrects an amount of a slot; nothing when that is out of the window. */
  correct(slot: number, amount: number, nowMs: number): void {
    this.#advance(nowMs)
    if (slot <= this.#newest - SLOTS) return
    this.#put(slot, amount)
  }

  /** Until at most `bound` are used when nothing more comes, ms. */
  msUntil(bound: number, nowMs: number): number {
    this.#advance(nowMs)
    let left = this.#sum
    for (let slot = this.#newest - SLOTS + 1; slot <= this.#newest; slot += 1) {
      if (left <= bound) break
      left -= this.#slots[place(slot)] ?? 0
      if (left <= bound) return Math.max(1, (slot + SLOTS) * SLOT_MS - nowMs)
    }
    return left <= bound ? 0 : WINDOW_MS
  }

  #put(slot: number, amount: number): void {
    const at = place(slot)
    this.#slots[at] = (this.#slots[at] ?? 0) + amount
    this.#sum += amount
  }

  #advance(nowMs: number): void {
    const now = Math.floor(nowMs / SLOT_MS)
    if (now <= this.#newest) return
    if (now - this.#newest >= SLOTS) {
      this.#slots.fill(0)
      this.#sum = 0
    } else {
      for (let slot = this.#newest + 1; slot <= now; slot += 1) {
        this.#sum -= this.#slots[place(slot)] ?? 0
        this.#slots[place(slot)] = 0
      }
    }
    this.#newest = now
  }
}

function place(slot: number): number {
  return ((slot % SLOTS) + SLOTS) % SLOTS
}
