/**
 * Nearest neighbours by cosine among unit vectors of 8-bit components, exact on them, by scanning: rows * rank multiply-adds. At a few
 * thousand rows a scan beats any index and has no build cost; above, inverted-file.ts says which stretches of rows are worth scanning.
 */
import { kernelOf, type RowTable } from './row-table.ts'

export interface Neighbours {
  /** Cosines, descending; `size` entries are filled. */
  readonly cosines: Float64Array
  /** Row of each. */
  readonly rows: Int32Array
  readonly size: number
}

/** Rows from `from` to before `to`. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/** A query's components are rounded to multiples of 1 / UNIT. */
const UNIT = 32_767
/** Equal stretches of (0, 1] that cosines are counted in before they are compared one by one. */
const BINS = 256
const bins: Int32Array = new Int32Array(BINS)

export function roundQuery(query: Float32Array): Int16Array {
  const rounded = new Int16Array(query.length)
  for (let c = 0; c < query.length; c++) rounded[c] = Math.round(UNIT * query[c]!)
  return rounded
}

/** The `k` rows of `vectors` most similar to the unit vector `query`, those with a cosine above 0 only. Of equal ones the first. */
export function findNearest(vectors: RowTable, query: Float32Array, k: number): Neighbours {
  return findNearestAmong(vectors, query, {
    k,
    stretches: [{ from: 0, to: vectors.bytes.length / vectors.width }],
  })
}

/** The same among the rows of some stretches, which must not overlap; of equal ones the first in their order. */
export function findNearestAmong(
  vectors: RowTable,
  query: Float32Array,
  { k, stretches }: { readonly k: number; readonly stretches: readonly Stretch[] },
): Neighbours {
  const rounded = roundQuery(query)
  const kernel = kernelOf(vectors)
  let products: Int32Array = new Int32Array()
  for (const { from, to } of stretches) products = kernel.dot(rounded, from, to)
  const unit = vectors.scale / UNIT
  const cut = findCut(products, { unit, k, stretches })
  const cosines = new Float64Array(k)
  const rows = new Int32Array(k)
  let size = 0
  for (const { from, to } of stretches) {
    for (let row = from; row < to; row++) {
      const cosine = products[row]! * unit
      if (cosine <= 0 || cosine < cut || (size === k && cosine <= cosines[k - 1]!)) continue
      if (size < k) size += 1
      let i = size - 1
      for (; i > 0 && cosines[i - 1]! < cosine; i--) {
        cosines[i] = cosines[i - 1]!
        rows[i] = rows[i - 1]!
      }
      cosines[i] = cosine
      rows[i] = row
    }
  }
  return { cosines, rows, size }
}

interface Sought {
  readonly unit: number
  readonly k: number
  readonly stretches: readonly Stretch[]
}

/** A lower bound of the k-th largest cosine, at most a bin below it: it keeps nearly all rows out of the sorting. */
function findCut(products: Int32Array, { unit, k, stretches }: Sought): number {
  bins.fill(0)
  const scale = unit * BINS
  for (const { from, to } of stretches) {
    for (let row = from; row < to; row++) {
      const product = products[row]!
      if (product <= 0) continue
      const bin = (product * scale) | 0
      bins[bin < BINS ? bin : BINS - 1]! += 1
    }
  }
  let above = 0
  let bin = BINS
  while (bin > 0 && above < k) above += bins[--bin]!
  // Half a bin lower than its floor: the product with `scale` may have been rounded across it.
  return (bin - 0.5) / BINS
}
