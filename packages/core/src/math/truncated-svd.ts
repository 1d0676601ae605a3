/**
 * Truncated singular value decomposition of a sparse matrix by randomised subspace iteration: the directions in which texts
 * differ most (latent semantic analysis).
 *
 *   Y = X O;  repeat: Y = X orth(X^T orth(Y));  V = orth(X^T orth(Y))
 *
 * Source: Halko, Martinsson and Tropp, SIAM Review 53 (2011), algorithm 4.4. Only the right vectors are returned, as the
 * projection x -> V^T x; they are orthonormal but not ordered, which distances do not mind.
 * Cost: 2 (iterations + 1) passes, each `rank` multiply-adds per stored entry.
 */
import { gaussian } from './gaussian.ts'
import type { Rng } from './rng.ts'
import type { SparseMatrix } from './sparse.ts'

export interface SvdOptions {
  readonly rank: number
  readonly iterations: number
  readonly rng: Rng
}

/** V: columns x rank, row-major, orthonormal columns. */
export function fitProjection(matrix: SparseMatrix, { rank, iterations, rng }: SvdOptions): Float64Array {
  const v = new Float64Array(matrix.columns * rank)
  for (let i = 0; i < v.length; i++) v[i] = gaussian(rng)
  for (let pass = 0; pass <= iterations; pass++) {
    const y = multiply(matrix, v, rank)
    orthonormalise(y, matrix.rows, rank)
    v.fill(0)
    multiplyTransposed(matrix, y, v)
    orthonormalise(v, matrix.columns, rank)
  }
  return v
}

/** X V: rows x rank, row-major. */
export function multiply(matrix: SparseMatrix, v: Float64Array, rank: number): Float64Array {
  const y = new Float64Array(matrix.rows * rank)
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.starts[row]!; k < matrix.starts[row + 1]!; k++) {
      const x = matrix.values[k]!
      const from = matrix.indices[k]! * rank
      const to = row * rank
      for (let c = 0; c < rank; c++) y[to + c]! += x * v[from + c]!
    }
  }
  return y
}

/** v += X^T Y */
function multiplyTransposed(matrix: SparseMatrix, y: Float64Array, v: Float64Array): void {
  const rank = y.length / matrix.rows
  for (let row = 0; row < matrix.rows; row++) {
    for (let k = matrix.starts[row]!; k < matrix.starts[row + 1]!; k++) {
      const x = matrix.values[k]!
      const to = matrix.indices[k]! * rank
      const from = row * rank
      for (let c = 0; c < rank; c++) v[to + c]! += x * y[from + c]!
    }
  }
}

/** Relative ridge of the Gram matrix: keeps dependent columns finite. Near-orthonormal is enough between iterations. */
const RIDGE = 1e-10

/**
 * Makes the columns of a rows x rank matrix orthonormal, in place, by Cholesky of its Gram matrix: M <- M L^-T with M^T M = L L^T.
 * Runs over rows, which are contiguous; Gram-Schmidt over columns is some ten times slower here.
 */
function orthonormalise(m: Float64Array, rows: number, rank: number): void {
  const gram = new Float64Array(rank * rank)
  for (let row = 0; row < rows; row++) {
    const at = row * rank
    for (let i = 0; i < rank; i++) {
      const x = m[at + i]!
      if (x === 0) continue
      for (let j = 0; j <= i; j++) gram[i * rank + j]! += x * m[at + j]!
    }
  }
  factorise(gram, rank)
  for (let row = 0; row < rows; row++) {
    const at = row * rank
    for (let i = 0; i < rank; i++) {
      let value = m[at + i]!
      for (let j = 0; j < i; j++) value -= gram[i * rank + j]! * m[at + j]!
      m[at + i] = value / gram[i * rank + i]!
    }
  }
}

/** Cholesky factor of a symmetric matrix given by its lower triangle, in place. */
function factorise(a: Float64Array, n: number): void {
  let trace = 0
  for (let i = 0; i < n; i++) trace += a[i * n + i]!
  const ridge = RIDGE * (trace / n) + Number.MIN_VALUE
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!
      if (i === j) a[i * n + i] = Math.sqrt(Math.max(sum, 0) + ridge)
      else a[i * n + j] = sum / a[j * n + j]!
    }
  }
}
