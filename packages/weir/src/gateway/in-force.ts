/**
 * In force: the configuration that new requests are served with. A request reads `current` once, when its body is there, and keeps
 * what it read to its end; replacing it is one assignment, so a request sees the old configuration or the new one, never a mixture.
 *
 * A replaced configuration is retired: when its last request has ended, its connections close.
 */
import type { Running } from './running.ts'

export interface InForce<T> {
  current: T
}

/** What a configuration holds until its last request has ended. */
export interface Held {
  readonly running: Running
  /** Closes its connections. */
  release(): Promise<void>
}

/**
 * A request may have read the configuration and not be counted yet: it waits for the store, or for its admission. None waits for so
 * long, ms; what it costs is that idle connections stay open for it.
 */
const UNCOUNTED_MS = 5_000

export interface Retired {
  /** Resolves when all retired configurations have ended; does not wait for requests that are not counted yet. */
  settle(): Promise<void>
  add(held: Held): void
}

export function createRetired(graceMs: number = UNCOUNTED_MS): Retired {
  const ending = new Set<() => Promise<void>>()
  return {
    settle: async () => {
      await Promise.all([...ending].map((end) => end()))
    },
    add(held) {
      let ended: Promise<void> | undefined
      const end = (): Promise<void> => {
        clearTimeout(timer)
        ended ??= held.running
          .idle()
          .then(() => held.release())
          .finally(() => ending.delete(end))
        return ended
      }
      const timer = setTimeout(() => void end(), graceMs)
      timer.unref()
      ending.add(end)
    },
  }
}
