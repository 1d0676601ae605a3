/**
 * Counter: weighted counts of integer keys, made to be emptied and filled again without new memory. A hash table with open
 * addressing (Knuth, The Art of Computer Programming 3, section 6.4, algorithm L), at most half full and sized for what is about to be
 * counted, so that a short text touches a few kilobytes where one cell per possible key would touch as many cache lines as it has keys.
 */

export interface Counter {
  /** 1 + the key of each cell, 0 when empty. A key's cell is looked for from `key & mask` onwards. */
  cells: Int32Array
  /** Count of each cell. */
  counts: Float32Array
  mask: number
  /** Cells in use, by first appearance of their key; the first `size` are filled. */
  order: Int32Array
  size: number
}

const FEWEST_CELLS = 256
/** Cells for each key to be counted: enough that two distinct ones seldom meet. */
const ROOM = 4

export function createCounter(): Counter {
  return {
    cells: new Int32Array(FEWEST_CELLS),
    counts: new Float32Array(FEWEST_CELLS),
    mask: FEWEST_CELLS - 1,
    order: new Int32Array(FEWEST_CELLS),
    size: 0,
  }
}

/** Empties the counter and makes room for `most` keys to be counted. */
export function resetCounter(counter: Counter, most: number): void {
  const { cells, counts, order, size } = counter
  for (let i = 0; i < size; i++) {
    cells[order[i]!] = 0
    counts[order[i]!] = 0
  }
  let wanted = FEWEST_CELLS
  while (wanted < ROOM * most) wanted *= 2
  if (wanted > cells.length) {
    counter.cells = new Int32Array(wanted)
    counter.counts = new Float32Array(wanted)
    counter.order = new Int32Array(wanted)
  }
  counter.mask = wanted - 1
  counter.size = 0
}

/** Counts each of `keys` up to `end` once more, `weight` times. Keys are spread by their low bits, as finished hashes are. */
export function countKeys(
  counter: Counter,
  { keys, end }: { readonly keys: Int32Array; readonly end: number },
  weight: number,
): void {
  const { cells, counts, order, mask } = counter
  let { size } = counter
  for (let i = 0; i < end; i++) {
    const wanted = keys[i]! + 1
    let at = (wanted - 1) & mask
    let found = cells[at]!
    while (found !== wanted) {
      if (found === 0) {
        cells[at] = wanted
        order[size++] = at
        break
      }
      at = (at + 1) & mask
      found = cells[at]!
    }
    counts[at]! += weight
  }
  counter.size = size
}

/** The key that appeared as number `i`. */
export function keyOf({ cells, order }: Counter, i: number): number {
  return cells[order[i]!]! - 1
}

/** The count of the key that appeared as number `i`. */
export function countOf({ counts, order }: Counter, i: number): number {
  return counts[order[i]!]!
}
