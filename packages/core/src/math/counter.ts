/**
 * Counter: weighted counts of integer keys, made to be emptied and filled again without new memory. A hash table with open
 * addressing (Knuth, The Art of Computer Programming 3, section 6.4, algorithm L), at most half full and sized for what is about to be
 * counted, so that a short text touches a few kilobytes where one cell per possible key would touch as many cache lines as it has keys.
 */

export interface Counter {
  /** Distinct keys in first-seen order; the first `size` are filled. */
  keys: Uint32Array
  /** Count of each key, same order. */
  counts: Float32Array
  size: number
  /** Cell of a key, found from `key & mask` onwards: 1 + its place in `keys`, 0 when empty. */
  cells: Uint32Array
  mask: number
}

const FEWEST_CELLS = 256

export function createCounter(): Counter {
  return {
    keys: new Uint32Array(FEWEST_CELLS / 2),
    counts: new Float32Array(FEWEST_CELLS / 2),
    size: 0,
    cells: new Uint32Array(FEWEST_CELLS),
    mask: FEWEST_CELLS - 1,
  }
}

/** Empties the counter and makes it ready for about `expected` distinct keys; it grows when more come. */
export function resetCounter(counter: Counter, expected: number): void {
  let cells = FEWEST_CELLS
  while (cells < 2 * expected) cells *= 2
  counter.size = 0
  spread(counter, cells)
}

/** Counts `key` once more, `weight` times. Keys are spread by their low bits, as finished hashes are. */
export function addTo(counter: Counter, key: number, weight: number): void {
  const { keys, cells, mask } = counter
  let at = key & mask
  for (let cell = cells[at]!; cell !== 0; cell = cells[at]!) {
    if (keys[cell - 1] === key) {
      counter.counts[cell - 1]! += weight
      return
    }
    at = (at + 1) & mask
  }
  const place = counter.size
  keys[place] = key
  counter.counts[place] = weight
  counter.size = place + 1
  cells[at] = place + 1
  if (2 * counter.size > mask) spread(counter, 2 * (mask + 1))
}

/** Gives each key its cell, in a table of `count` cells, a power of two. */
function spread(counter: Counter, count: number): void {
  const mask = count - 1
  if (counter.cells.length < count) {
    counter.cells = new Uint32Array(count)
    counter.keys = lengthen(counter.keys, new Uint32Array(count / 2))
    counter.counts = lengthen(counter.counts, new Float32Array(count / 2))
  } else counter.cells.fill(0, 0, count)
  counter.mask = mask
  for (let place = 0; place < counter.size; place++) {
    let at = counter.keys[place]! & mask
    while (counter.cells[at] !== 0) at = (at + 1) & mask
    counter.cells[at] = place + 1
  }
}

function lengthen<A extends Uint32Array | Float32Array>(from: A, to: A): A {
  to.set(from)
  return to
}
