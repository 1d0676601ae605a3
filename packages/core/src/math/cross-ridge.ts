/**
 * Cross-fitted ridge regression for many targets over the same rows: each row is predicted by a fit on the other folds, and the penalty
 * of each fit is chosen by how likely it makes the target. What depends on the columns alone is worked out once, so that another target
 * costs two passes over the matrix. That makes permutation tests that refit everything affordable.
 *
 *   y = m + Z b + e,   b ~ N(0, t s^2 I),  e ~ N(0, s^2)          prediction  m + z . E[b | y]
 *   -2 log likelihood(t) = n log(rest + sum_j u_j^2 / (1 + t l_j)) + sum_j log(1 + t l_j),   s^2 profiled out
 *
 * l_j, v_j eigenpairs of Z^T Z over the fitted rows, u_j = v_j . Z^T y / sqrt(l_j), rest = |y - m|^2 - sum_j u_j^2. Predictions are the
 * deviation from m: centred, shrunken, on the scale of y.
 * Source: empirical Bayes ridge, e.g. Rasmussen and Williams 2006, section 5.4 (type II maximum likelihood), over a grid of t.
 */
import { decomposeSymmetric } from './symmetric-eigen.ts'

/** Signal to noise: variance that the columns explain over the variance left, when the columns' variances add up to 1. */
const RATIOS: readonly number[] = [0.0001, 0.0005, 0.002, 0.006, 0.02, 0.06, 0.2, 0.6]
/** Eigenvalues below this share of the largest are directions that no row moves along. */
const RANK_TOLERANCE = 1e-9

export interface CrossRidge {
  /** Writes one centred prediction per row. `target`: one number per row. */
  predict(target: ArrayLike<number>, into: Float64Array): void
}

export interface CrossRidgeInput {
  /** rows x columns, row-major. Centred over all rows and scaled so that the columns' variances add up to 1 by `scaleColumns`. */
  readonly z: Float32Array
  readonly columns: number
  /** Fold of each row, 0 … folds - 1. Every fold needs a row outside it. */
  readonly foldOf: ArrayLike<number>
  readonly folds: number
}

/** What a fold's fit needs of the columns. */
interface FoldFit {
  readonly rows: number
  /** Sum of z over the fitted rows. */
  readonly columnSums: Float64Array
  readonly values: Float64Array
  readonly vectors: Float64Array
  /** sum_j log(1 + t l_j), one per RATIOS. */
  readonly logDeterminants: readonly number[]
}

export function createCrossRidge({ z, columns, foldOf, folds }: CrossRidgeInput): CrossRidge {
  const fits = fitFolds({ z, columns, foldOf, folds })
  const n = z.length / columns
  return {
    predict(target, into): void {
      const totals = sumByFold({ z, columns, foldOf, folds }, target)
      const weights = fits.map((fit, fold) => solve(fit, without(totals, fold), columns))
      for (let row = 0; row < n; row++) {
        const w = weights[foldOf[row]!]!
        let sum = 0
        const at = row * columns
        for (let j = 0; j < columns; j++) sum += z[at + j]! * w[j]!
        into[row] = sum
      }
    },
  }
}

/** Sums over one fold's rows: of z y, of y, of y^2. */
interface FoldSums {
  readonly products: Float64Array
  readonly sum: number
  readonly squares: number
}

function sumByFold({ z, columns, foldOf, folds }: CrossRidgeInput, target: ArrayLike<number>): FoldSums[] {
  const products = Array.from({ length: folds }, () => new Float64Array(columns))
  const sums = new Float64Array(folds)
  const squares = new Float64Array(folds)
  for (let row = 0; row * columns < z.length; row++) {
    const fold = foldOf[row]!
    const y = target[row]!
    const into = products[fold]!
    const at = row * columns
    for (let j = 0; j < columns; j++) into[j]! += y * z[at + j]!
    sums[fold]! += y
    squares[fold]! += y * y
  }
  return products.map((one, fold) => ({ products: one, sum: sums[fold]!, squares: squares[fold]! }))
}

function without(totals: readonly FoldSums[], fold: number): FoldSums {
  const products = new Float64Array(totals[0]!.products.length)
  let sum = 0
  let squares = 0
  for (const [other, one] of totals.entries()) {
    if (other === fold) continue
    for (let j = 0; j < products.length; j++) products[j]! += one.products[j]!
    sum += one.sum
    squares += one.squares
  }
  return { products, sum, squares }
}

/** Weights at the likeliest ratio. */
function solve(fit: FoldFit, { products, sum, squares }: FoldSums, columns: number): Float64Array {
  const { rows, columnSums, values, vectors, logDeterminants } = fit
  const mean = sum / rows
  const scores = new Float64Array(columns)
  for (let i = 0; i < columns; i++) {
    const centred = products[i]! - mean * columnSums[i]!
    const at = i * columns
    for (let j = 0; j < columns; j++) scores[j]! += centred * vectors[at + j]!
  }
  const total = Math.max(0, squares - rows * mean * mean)
  const ratio = selectRatio({ values, scores, total, rows, logDeterminants })
  const rotated = scores.map((score, j) => (ratio * score) / (1 + ratio * values[j]!))
  const weights = new Float64Array(columns)
  for (let i = 0; i < columns; i++) {
    let weight = 0
    for (let j = 0; j < columns; j++) weight += vectors[i * columns + j]! * rotated[j]!
    weights[i] = weight
  }
  return weights
}

interface Likelihood {
  readonly values: Float64Array
  /** v_j . Z^T (y - m). */
  readonly scores: Float64Array
  /** |y - m|^2 */
  readonly total: number
  readonly rows: number
  readonly logDeterminants: readonly number[]
}

function selectRatio({ values, scores, total, rows, logDeterminants }: Likelihood): number {
  let best = RATIOS[0]!
  let least = Number.POSITIVE_INFINITY
  for (const [i, ratio] of RATIOS.entries()) {
    let rest = total
    for (let j = 0; j < values.length; j++) {
      // u^2 - u^2 / (1 + t l) = t score^2 / (1 + t l), which is also right where l is 0.
      rest -= (ratio * scores[j]! * scores[j]!) / (1 + ratio * values[j]!)
    }
    const value = rows * Math.log(Math.max(rest, 1e-12 * total, Number.MIN_VALUE)) + logDeterminants[i]!
    if (value >= least) continue
    least = value
    best = ratio
  }
  return best
}

function fitFolds({ z, columns, foldOf, folds }: CrossRidgeInput): readonly FoldFit[] {
  const n = z.length / columns
  const grams = Array.from({ length: folds }, () => new Float64Array(columns * columns))
  const sums = Array.from({ length: folds }, () => new Float64Array(columns))
  const sizes = new Float64Array(folds)
  for (let row = 0; row < n; row++) {
    const fold = foldOf[row]!
    addOuter(grams[fold]!, sums[fold]!, z.subarray(row * columns, (row + 1) * columns))
    sizes[fold]! += 1
  }
  const gram = addAll(grams)
  const sum = addAll(sums)
  return grams.map((own, fold) => {
    const rows = n - sizes[fold]!
    const columnSums = sum.map((value, j) => value - sums[fold]![j]!)
    const centred = gram.map((_, at) => {
      const [i, j] = [Math.floor(at / columns), at % columns]
      // Only the lower half of the outer products was added up.
      const half = Math.max(i, j) * columns + Math.min(i, j)
      return gram[half]! - own[half]! - (columnSums[i]! * columnSums[j]!) / rows
    })
    const { values, vectors } = decomposeSymmetric(centred, columns)
    const floor = RANK_TOLERANCE * Math.max(0, ...values)
    const positive = values.map((value) => (value > floor ? value : 0))
    const logDeterminants = RATIOS.map((t) =>
      positive.reduce((total, value) => total + Math.log1p(t * value), 0),
    )
    return { rows, columnSums, values: positive, vectors, logDeterminants }
  })
}

/** gram += z z^T (lower half), sums += z */
function addOuter(gram: Float64Array, sums: Float64Array, z: Float32Array): void {
  const columns = z.length
  for (let i = 0; i < columns; i++) {
    const x = z[i]!
    sums[i]! += x
    if (x === 0) continue
    const at = i * columns
    for (let j = 0; j <= i; j++) gram[at + j]! += x * z[j]!
  }
}

function addAll(arrays: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(arrays[0]!.length)
  for (const one of arrays) for (let i = 0; i < sum.length; i++) sum[i]! += one[i]!
  return sum
}

/**
 * Centres the columns and scales the whole matrix so that their variances add up to 1, in place. Columns keep their sizes relative to
 * each other. False when no column varies.
 */
export function scaleColumns(z: Float32Array, columns: number): boolean {
  const n = z.length / columns
  let total = 0
  for (let j = 0; j < columns; j++) {
    let mean = 0
    for (let row = 0; row < n; row++) mean += z[row * columns + j]! / n
    for (let row = 0; row < n; row++) {
      z[row * columns + j]! -= mean
      total += z[row * columns + j]! ** 2 / n
    }
  }
  if (!(total > 1e-12)) return false
  const scale = 1 / Math.sqrt(total)
  for (let i = 0; i < z.length; i++) z[i]! *= scale
  return true
}
