/** Clock: time and waiting as arguments, so that a test sets both. */
import { performance } from 'node:perf_hooks'

export interface Clock {
  /** Monotonic, ms. */
  nowMs(): number
  /** Since the epoch, ms. */
  wallMs(): number
  /** Runs once after so long, never before; the result cancels it. */
  after(ms: number, run: () => void): () => void
}

export const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    const dueAtMs = performance.now() + ms
    // Node cuts fractions off and counts from the beginning of the loop's turn, so a timer may be some ms early: what waited out a
    // Retry-After would be turned away for the rest of it.
    const wait = (leftMs: number): NodeJS.Timeout =>
      setTimeout(() => {
        const earlyMs = dueAtMs - performance.now()
        if (earlyMs > 0) timer = wait(earlyMs)
        else run()
      }, Math.ceil(leftMs))
    let timer = wait(ms)
    return () => clearTimeout(timer)
  },
}
