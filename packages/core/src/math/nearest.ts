/**
 * Nearest neighbours by cosine among unit vectors, exact, by scanning: rows * rank multiply-adds. At a few thousand rows a scan
 * beats any index and has no build cost.
 */
import { dotAt } from './dense.ts'

export interface Neighbours {
  /** Cosines, descending; `size` entries are filled. */
  readonly cosines: Float64Array
  /** Row of each. */
  readonly rows: Int32Array
  readonly size: number
}

/** The `k` rows of `vectors` (count x query.length, row-major) most similar to `query`, those with a cosine above 0 only. */
export function findNearest(vectors: Float32Array, query: Float32Array, k: number): Neighbours {
  const cosines = new Float64Array(k)
  const rows = new Int32Array(k)
  const count = vectors.length / query.length
  let size = 0
  let least = 0
  for (let row = 0; row < count; row++) {
    const cosine = dotAt(vectors, row * query.length, query)
    if (cosine <= least) continue
    if (size < k) size += 1
    let i = size - 1
    for (; i > 0 && cosines[i - 1]! < cosine; i--) {
      cosines[i] = cosines[i - 1]!
      rows[i] = rows[i - 1]!
    }
    cosines[i] = cosine
    rows[i] = row
    if (size === k) least = cosines[k - 1]!
  }
  return { cosines, rows, size }
}
