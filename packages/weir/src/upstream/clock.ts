/** Clock: time and waiting as arguments, so that a test sets both. */
import { performance } from 'node:perf_hooks'

export interface Clock {
  /** Monotonic, ms. */
  nowMs(): number
  /** Since the epoch, ms. */
  wallMs(): number
  /** Runs once after so long; the result cancels it. */
  after(ms: number, run: () => void): () => void
}

export const REAL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
