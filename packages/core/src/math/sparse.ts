/**
 * Sparse matrix in compressed rows (CSR), single precision: the training text. Rows keep their entries in any order.
 */

export interface SparseMatrix {
  readonly rows: number
  readonly columns: number
  /** Start of each row in `indices` and `values`; length rows + 1. */
  readonly starts: Float64Array
  readonly indices: Uint32Array
  readonly values: Float32Array
}

export interface SparseRow {
  readonly indices: Uint32Array
  readonly values: Float32Array
}

/** Stacks rows. Every index must be below `columns`. */
export function stackRows(rows: readonly SparseRow[], columns: number): SparseMatrix {
  const starts = new Float64Array(rows.length + 1)
  for (let i = 0; i < rows.length; i++) starts[i + 1] = starts[i]! + rows[i]!.indices.length
  const entries = starts[rows.length]!
  const indices = new Uint32Array(entries)
  const values = new Float32Array(entries)
  for (let i = 0; i < rows.length; i++) {
    indices.set(rows[i]!.indices, starts[i])
    values.set(rows[i]!.values, starts[i])
  }
  return { rows: rows.length, columns, starts, indices, values }
}

/** x_row . dense */
export function dotRow(matrix: SparseMatrix, row: number, dense: Float32Array): number {
  const { starts, indices, values } = matrix
  const end = starts[row + 1]!
  let sum = 0
  for (let k = starts[row]!; k < end; k++) sum += values[k]! * dense[indices[k]!]!
  return sum
}

/** x_row . column_j for every column j of `dense`: one row of it per index, row-major, `width` wide. */
export function dotRowColumns(
  { starts, indices, values }: SparseMatrix,
  row: number,
  {
    dense,
    width,
    into,
  }: { readonly dense: Float32Array; readonly width: number; readonly into: Float64Array },
): void {
  const end = starts[row + 1]!
  into.fill(0)
  for (let k = starts[row]!; k < end; k++) {
    const at = width * indices[k]!
    const x = values[k]!
    for (let j = 0; j < width; j++) into[j]! += x * dense[at + j]!
  }
}

/** column_j of `dense` += factors[j] * x_row, for every column. */
export function addRowColumns(
  { starts, indices, values }: SparseMatrix,
  row: number,
  target: { readonly dense: Float32Array; readonly width: number; readonly factors: Float64Array },
): void {
  const { dense, width, factors } = target
  const end = starts[row + 1]!
  for (let k = starts[row]!; k < end; k++) {
    const at = width * indices[k]!
    const x = values[k]!
    for (let j = 0; j < width; j++) dense[at + j]! += factors[j]! * x
  }
}

/** |x_row|^2 */
export function squaredNormRow(matrix: SparseMatrix, row: number): number {
  const { starts, values } = matrix
  let sum = 0
  for (let k = starts[row]!; k < starts[row + 1]!; k++) sum += values[k]! * values[k]!
  return sum
}

/** row . a and row . b for two dense vectors kept side by side: `pairs` is a_0, b_0, a_1, b_1 … */
export function dotSparsePair({ indices, values }: SparseRow, pairs: Float32Array): [number, number] {
  let first = 0
  let second = 0
  for (let k = 0; k < indices.length; k++) {
    const at = 2 * indices[k]!
    const x = values[k]!
    first += x * pairs[at]!
    second += x * pairs[at + 1]!
  }
  return [first, second]
}

/** a_0, b_0, a_1, b_1 … of two vectors of one length. */
export function interleave(a: Float32Array, b: Float32Array): Float32Array {
  const pairs = new Float32Array(2 * a.length)
  for (let i = 0; i < a.length; i++) {
    pairs[2 * i] = a[i]!
    pairs[2 * i + 1] = b[i]!
  }
  return pairs
}

/** bias_j + row . column_j for every column of `weights`: one row of it per index, row-major, as wide as `biases`. */
export function dotSparseColumns(
  { indices, values }: SparseRow,
  weights: Float32Array,
  biases: Float32Array,
): Float64Array {
  const width = biases.length
  const sums = Float64Array.from(biases)
  for (let k = 0; k < indices.length; k++) {
    const at = width * indices[k]!
    const x = values[k]!
    for (let j = 0; j < width; j++) sums[j]! += x * weights[at + j]!
  }
  return sums
}
