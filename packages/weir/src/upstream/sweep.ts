/**
 * Sweep: time limits of many calls by one coarse timer, which exists only while a call has a limit. A timer for each call would be made and
 * thrown away some thousand times for each time one is needed. A limit is kept to within TICK_MS.
 */
import type { Clock } from './clock.ts'

/** Ms between looks. 100: limits are seconds or more, and a look at ten thousand calls takes under 1 ms. */
const TICK_MS = 100

export interface Expiring {
  /** On the clock's monotonic scale; may change while it is watched. */
  readonly untilMs: number
  /** Called once at most; it is not watched any more then. */
  expire(): void
}

export interface Sweep {
  add(one: Expiring): void
  /** Does nothing when it is not watched. */
  remove(one: Expiring): void
}

export function createSweep(clock: Clock): Sweep {
  const watched = new Set<Expiring>()
  let isRunning = false
  const tick = (): void => {
    const now = clock.nowMs()
    for (const one of watched) {
      if (one.untilMs > now) continue
      watched.delete(one)
      one.expire()
    }
    isRunning = watched.size > 0
    if (isRunning) clock.after(TICK_MS, tick)
  }
  return {
    add(one) {
      watched.add(one)
      if (isRunning) return
      isRunning = true
      clock.after(TICK_MS, tick)
    },
    remove: (one) => void watched.delete(one),
  }
}
