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

/** dense += factor * x_row */
export function addRow(
  matrix: SparseMatrix,
  row: number,
  target: { readonly dense: Float32Array; readonly factor: number },
): void {
  const { starts, indices, values } = matrix
  const { dense, factor } = target
  const end = starts[row + 1]!
  for (let k = starts[row]!; k < end; k++) dense[indices[k]!]! += factor * values[k]!
}

/** |x_row|^2 */
export function squaredNormRow(matrix: SparseMatrix, row: number): number {
  const { starts, values } = matrix
  let sum = 0
  for (let k = starts[row]!; k < starts[row + 1]!; k++) sum += values[k]! * values[k]!
  return sum
}

/** row . dense, for one row outside a matrix. */
export function dotSparse({ indices, values }: SparseRow, dense: Float32Array): number {
  let sum = 0
  for (let k = 0; k < indices.length; k++) sum += values[k]! * dense[indices[k]!]!
  return sum
}

/** into += row times a (columns x into.length) row-major matrix. */
export function projectSparse(
  { indices, values }: SparseRow,
  matrix: Float32Array,
  into: Float32Array,
): void {
  const rank = into.length
  for (let k = 0; k < indices.length; k++) {
    const from = indices[k]! * rank
    const x = values[k]!
    for (let c = 0; c < rank; c++) into[c]! += x * matrix[from + c]!
  }
}
