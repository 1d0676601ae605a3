/**
 * Seeded random numbers: xoshiro128** (period 2^128 - 1), its state filled by splitmix32. The same seed gives the same numbers
 * on every machine. Not for secrets.
 *
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", arXiv:1805.01407; the reference
 * implementation of xoshiro128** 1.1. The seeding is ours: any integer seed, folded to 64 bits in two words.
 */

export interface Rng {
  /** Uniform on [0, 1): 53 random bits. */
  next(): number
  /** Uniform on 0 … n - 1, without modulo bias. `n` is a positive integer of at most 2^32. */
  int(n: number): number
}

/** `seed`: any safe integer. Throws RangeError otherwise: a NaN seed would look random and be constant. */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a safe integer, got ${seed}`)
  const state = seedState(seed)
  const bits = (): number => step(state)
  return {
    next: () => ((bits() >>> 5) * 0x4000000 + (bits() >>> 6)) / 0x20000000000000,
    int(n: number): number {
      // Values past the largest multiple of n are thrown away: taking them modulo n would favour small numbers.
      const limit = 0x100000000 - (0x100000000 % n)
      let value = bits()
      while (value >= limit) value = bits()
      return value % n
    },
  }
}

/** A new array in random order (Fisher and Yates); the argument is left alone. */
export function shuffle<T>(rng: Rng, items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.int(i + 1)
    const kept = result[i]!
    result[i] = result[j]!
    result[j] = kept
  }
  return result
}

function seedState(seed: number): Uint32Array {
  const state = new Uint32Array(4)
  let word = (seed >>> 0) ^ Math.imul(Math.floor(seed / 0x100000000) >>> 0, 0x85ebca6b)
  for (let i = 0; i < 4; i++) {
    word = (word + 0x9e3779b9) | 0
    let mixed = word ^ (word >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    state[i] = mixed ^ (mixed >>> 15)
  }
  return state
}

/** One xoshiro128** step: returns 32 random bits and moves the state (4 words) on. */
function step(state: Uint32Array): number {
  const s1 = state[1]!
  const result = Math.imul(rotateLeft(Math.imul(s1, 5), 7), 9) >>> 0
  state[2]! ^= state[0]!
  state[3]! ^= s1
  state[1]! ^= state[2]!
  state[0]! ^= state[3]!
  state[2]! ^= s1 << 9
  state[3] = rotateLeft(state[3]!, 11)
  return result
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
