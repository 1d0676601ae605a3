/**
 * Bit index: which of many keys are present, and the place of each among them. One bit a key and one running count for each 32, side by
 * side: 1/4 byte a key, where a table of places takes four. (Jacobson's rank: FOCS 1989.)
 */

export interface BitIndex {
  /** Number of keys. */
  readonly length: number
  /** For keys 32 i … 32 i + 31: their bits at 2 i, the number of keys present before them at 2 i + 1. */
  readonly blocks: Int32Array
  /** Number of keys present. */
  readonly size: number
}

/** The keys 0 … `length` - 1 for which `isPresent` holds. */
export function createBitIndex(length: number, isPresent: (key: number) => boolean): BitIndex {
  const blocks = new Int32Array(2 * Math.ceil(length / 32))
  let size = 0
  for (let key = 0; key < length; key++) {
    const block = 2 * (key >>> 5)
    if (key % 32 === 0) blocks[block + 1] = size
    if (!isPresent(key)) continue
    blocks[block]! |= 1 << (key & 31)
    size += 1
  }
  return { length, blocks, size }
}

/** Place of `key` among the keys present, ascending; -1 when it is absent. */
export function placeOf({ blocks }: BitIndex, key: number): number {
  const block = 2 * (key >>> 5)
  const bits = blocks[block]!
  const bit = 1 << (key & 31)
  return (bits & bit) === 0 ? -1 : blocks[block + 1]! + countBits(bits & (bit - 1))
}

/** Number of bits set (Warren, Hacker's Delight, figure 5-2). */
function countBits(bits: number): number {
  let x = bits - ((bits >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
