/**
 * Seeded draws for the question generator: the same seed gives the same questions on every machine.
 * The numbers come from mulberry32 (32-bit state, period 2^32), which is plenty for a few thousand questions and nothing else.
 */

export interface Draw {
  /** Uniform in [0, 1). */
  fraction(): number
  /** Uniform integer, both ends included. */
  int(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** `count` different items in random order; all of them, shuffled, when there are fewer. */
  sample<T>(items: readonly T[], count: number): readonly T[]
}

/** `seed` is read as an unsigned 32-bit integer. */
export function createDraw(seed: number): Draw {
  let state = seed >>> 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const int = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1))
  return {
    fraction,
    int,
    chance: (probability) => fraction() < probability,
    pick: <T>(items: readonly T[]): T => items[int(0, items.length - 1)] as T,
    sample: <T>(items: readonly T[], count: number): readonly T[] => {
      const rest = [...items]
      const taken: T[] = []
      while (taken.length < count && rest.length > 0) taken.push(...rest.splice(int(0, rest.length - 1), 1))
      return taken
    },
  }
}
