/**
 * Columns cut at their quantiles: a number becomes the place of its bin, one byte, so that cuts are looked for among few.
 *
 *   code = how many of the column's cuts are at most the number;   number < cut_k  <=>  code <= k
 */

/** Bins of a column at most. More find no better cuts in columns as noisy as a text's. */
const BINS = 32
/** Rows that quantiles are taken from, about. */
const LOOKED_AT = 5000

export interface Bins {
  /** rows x columns, row-major: bin of each number; rows that were not binned have 0. */
  readonly codes: Uint8Array
  /** Of each column, ascending, each once. Single precision, as the columns. */
  readonly cuts: readonly Float32Array[]
  /** Codes are below. */
  readonly count: number
}

/** `x`: rows x columns, row-major. Quantiles are those of `rows`. */
export function binColumns(
  { x, columns }: { readonly x: Float32Array; readonly columns: number },
  rows: readonly number[],
): Bins {
  const codes = new Uint8Array(x.length)
  const step = Math.max(1, Math.floor(rows.length / LOOKED_AT))
  const looked = rows.filter((_, i) => i % step === 0)
  const cuts = Array.from({ length: columns }, (_, column) => {
    const values = Float32Array.from(looked, (row) => x[row * columns + column]!).sort()
    const cut = toCuts(values)
    for (const row of rows) codes[row * columns + column] = countAtMost(cut, x[row * columns + column]!)
    return cut
  })
  return { codes, cuts, count: BINS }
}

/** At most BINS - 1, none of them the least value: nothing would lie left of it. */
function toCuts(sorted: Float32Array): Float32Array {
  const cuts: number[] = []
  for (let bin = 1; bin < BINS; bin++) {
    const value = sorted[Math.floor((bin * sorted.length) / BINS)]!
    if (value > (cuts.at(-1) ?? sorted[0]!)) cuts.push(value)
  }
  return Float32Array.from(cuts)
}

function countAtMost(cuts: Float32Array, value: number): number {
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (cuts[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
