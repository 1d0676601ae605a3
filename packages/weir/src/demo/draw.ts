/** Seeded draws for the question generator: the same seed gives the same questions on every machine. */
import { createRng } from '@weir/core'

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

/** `seed`: any safe integer. */
export function createDraw(seed: number): Draw {
  const rng = createRng(seed)
  const int = (low: number, high: number): number => low + rng.int(high - low + 1)
  return {
    fraction: () => rng.next(),
    int,
    chance: (probability) => rng.next() < probability,
    pick: <T>(items: readonly T[]): T => items[rng.int(items.length)] as T,
    sample: <T>(items: readonly T[], count: number): readonly T[] => {
      const rest = [...items]
      const taken: T[] = []
      while (taken.length < count && rest.length > 0) taken.push(...rest.splice(rng.int(rest.length), 1))
      return taken
    },
  }
}
