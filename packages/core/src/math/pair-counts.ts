/**
 * Pair counts: weighted counts of unordered pairs of small integers, in a hash table with open addressing that grows, and that forgets the rarest
 * pairs once it holds `most`: lossy counting (Manku and Motwani, VLDB 2002), with weights in place of counts.
 */

export interface PairCounts {
  /** `i` and `j`: different, below `size`. */
  add(i: number, j: number, weight: number): void
  /** Every pair with i < j, in no particular order. */
  each(visit: (i: number, j: number, count: number) => void): void
}

const FEWEST_CELLS = 1 << 12

/** `size`: at most 46,340, so that a pair fits 31 bits. */
export function createPairCounts(size: number, most: number): PairCounts {
  let cells = new Int32Array(FEWEST_CELLS)
  let counts = new Float64Array(FEWEST_CELLS)
  let filled = 0
  let least = 0
  const add = (key: number, weight: number): void => {
    const mask = cells.length - 1
    let cell = (Math.imul(key, 0x9e3779b1) >>> 7) & mask
    while (cells[cell] !== 0 && cells[cell] !== key + 1) cell = (cell + 1) & mask
    if (cells[cell] === 0) {
      cells[cell] = key + 1
      filled += 1
    }
    counts[cell]! += weight
    if (2 * filled > cells.length) grow()
  }
  const grow = (): void => {
    if (filled >= most) least = 2 * least + 1
    const [keys, old] = [cells, counts]
    cells = new Int32Array(filled >= most ? keys.length : 2 * keys.length)
    counts = new Float64Array(cells.length)
    filled = 0
    keys.forEach((key, i) => {
      if (key !== 0 && old[i]! > least) add(key - 1, old[i]!)
    })
  }
  return {
    add: (i, j, weight) => add(i < j ? i * size + j : j * size + i, weight),
    each(visit) {
      cells.forEach((key, cell) => {
        if (key !== 0) visit(Math.floor((key - 1) / size), (key - 1) % size, counts[cell]!)
      })
    },
  }
}
