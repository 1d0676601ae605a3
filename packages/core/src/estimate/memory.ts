/**
 * Memory: queries that training has seen, with numbers known of each (qualities, costs), and what the most similar of them say of a new one.
 *
 *   recall(q) = (m + sum_i w_i value_i) / (1 + sum_i w_i),   w_i = cosine(q, i)^3 over the NEIGHBOURS nearest with a cosine above 0
 *
 * The mean m counts as one more neighbour, so that a query without near ones is not left to chance. Above some thousands of rows only those near
 * the query are scanned (math/inverted-file.ts).
 */
import { missing } from '../contract/stored-fields.ts'
import { searchInvertedFile, type InvertedFile } from '../math/inverted-file.ts'
import { findNearest } from '../math/nearest.ts'
import type { RowTable } from '../math/row-table.ts'

export interface Memory {
  /** Unit embeddings of remembered queries: a row each, in the order of the index's groups. */
  readonly embeddings: RowTable
  /** Null: all rows are scanned. */
  readonly index: InvertedFile | null
  /** Remembered queries x width, row-major. */
  readonly values: Float32Array
  /** Their means; length width. */
  readonly means: Float32Array
}

/** Neighbours that vote: between the best of narrow sets (100) and of mixed ones (30), as in the pair's blend. */
const NEIGHBOURS = 60

/** Expected values, `width` numbers. Throws `artifact.truncated` when parts of the memory do not fit each other. */
export function createRecall(memory: Memory, width: number): (embedding: Float32Array) => Float64Array {
  const { embeddings, index, values, means } = memory
  const rows = embeddings.bytes.length / embeddings.width
  if (values.length !== rows * width || means.length !== width) throw missing('predictor.memory')
  if (index !== null && !isFitting(index, embeddings)) throw missing('predictor.memory.index')
  return (embedding) => {
    const near =
      index === null
        ? findNearest(embeddings, embedding, NEIGHBOURS)
        : searchInvertedFile({ file: index, vectors: embeddings }, embedding, NEIGHBOURS)
    const sums = Float64Array.from(means)
    let total = 1
    for (let i = 0; i < near.size; i++) {
      const weight = (near.cosines[i] ?? 0) ** 3
      const at = (near.rows[i] ?? 0) * width
      total += weight
      for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + weight * (values[at + j] ?? 0)
    }
    for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) / total
    return sums
  }
}

/** Groups follow each other from the first row to the last, one per centre. */
function isFitting({ centres, starts }: InvertedFile, { bytes, width }: RowTable): boolean {
  const isAscending = starts.every((start, group) => group === 0 || start >= (starts[group - 1] ?? 0))
  return (
    isAscending &&
    starts[0] === 0 &&
    starts.at(-1) === bytes.length / width &&
    centres.width === width &&
    centres.bytes.length === (starts.length - 1) * width
  )
}
