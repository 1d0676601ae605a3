/**
 * Eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations: A = V diag(l) V^T.
 *
 * Each rotation zeroes one pair of off-diagonal entries; sweeps over all pairs converge quadratically once they are small.
 * Source: Golub and Van Loan, "Matrix Computations", 4th edition, section 8.5. Cost: about 8 sweeps of 4 n^3 multiply-adds, fine for
 * hundreds of columns and no more.
 */

export interface SymmetricEigen {
  /** Length n, in no particular order. */
  readonly values: Float64Array
  /** n x n, row-major: row i holds entry i of every vector, so column j belongs to values[j]. Orthonormal columns. */
  readonly vectors: Float64Array
}

const MOST_SWEEPS = 40
/** Off-diagonal part, relative to the whole matrix, that counts as zero. */
const TOLERANCE = 1e-14

/** `matrix`: n x n, row-major, symmetric; left alone. */
export function decomposeSymmetric(matrix: Float64Array, n: number): SymmetricEigen {
  const a = Float64Array.from(matrix)
  // Rows of w are the vectors while rotating: contiguous, hence fast.
  const w = new Float64Array(n * n)
  for (let i = 0; i < n; i++) w[i * n + i] = 1
  const size = squareSum(a)
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    if (offDiagonal(a, n) <= TOLERANCE * TOLERANCE * size) break
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, w, { p, q, n })
    }
  }
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) vectors[i * n + j] = w[j * n + i]!
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors }
}

interface Place {
  readonly p: number
  readonly q: number
  readonly n: number
}

/** Zeroes a[p][q] and a[q][p]; keeps a symmetric. */
function rotate(a: Float64Array, w: Float64Array, { p, q, n }: Place): void {
  const apq = a[p * n + q]!
  if (apq === 0) return
  const half = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  // The smaller of the two angles; written so that a huge ratio does not overflow.
  const t = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.hypot(1, half))
  const c = 1 / Math.hypot(1, t)
  const s = t * c
  rotateRows(a, { p, q, n }, { c, s })
  for (let k = 0; k < n; k++) {
    const akp = a[k * n + p]!
    const akq = a[k * n + q]!
    a[k * n + p] = c * akp - s * akq
    a[k * n + q] = s * akp + c * akq
  }
  rotateRows(w, { p, q, n }, { c, s })
}

function rotateRows(
  m: Float64Array,
  { p, q, n }: Place,
  { c, s }: { readonly c: number; readonly s: number },
): void {
  for (let k = 0; k < n; k++) {
    const mp = m[p * n + k]!
    const mq = m[q * n + k]!
    m[p * n + k] = c * mp - s * mq
    m[q * n + k] = s * mp + c * mq
  }
}

function squareSum(a: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * a[i]!
  return sum
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) sum += a[i * n + j]! ** 2
  return sum
}
