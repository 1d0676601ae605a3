/**
 * Request ids: UUIDs that sort by time (version 7 of RFC 9562): 48 bits of milliseconds since 1970, then random bits. They name the
 * rows of the outcome store, whose index then grows at its end; random ids cost it twice the processor time.
 */
import { randomUUID } from 'node:crypto'

/** Takes the random bits of a version 4 UUID, whose characters 15 to 35 stay; the variant is the same in both versions. */
export function createIdMaker(nowMs: () => number): () => string {
  let lastMs = -1
  let prefix = ''
  return () => {
    const ms = Math.floor(nowMs())
    if (ms !== lastMs) {
      const hex = ms.toString(16).padStart(12, '0')
      prefix = `${hex.slice(0, 8)}-${hex.slice(8)}-7`
      lastMs = ms
    }
    return prefix + randomUUID().slice(15)
  }
}
