/**
 * Logistic regression of a soft label on a few dense predictors, with a ridge on their standardised weights:
 *
 *   minimise  mean_i cross-entropy(y_i, b + sum_j w_j z_ij)  +  ridge |w|^2 / 2,   z_j of mean 0 and deviation 1,   y_i in [0, 1]
 *
 * by Newton's method; the weights returned are those of the predictors as given. The bias is free. For thousands of sparse columns
 * see soft-logistic.ts.
 */
import { sigmoid } from './logistic.ts'

const STEPS = 50
/** Keeps the bias finite when every label is 0 or every label is 1. */
const BIAS_RIDGE = 1e-6

export interface RidgeLogisticFit {
  /** One per predictor. */
  readonly weights: readonly number[]
  readonly bias: number
}

/** `columns[j]`: one predictor, one number per row; all of the length of `y`, at least one row. */
export function fitRidgeLogistic(
  columns: readonly Float64Array[],
  y: Float64Array,
  ridge: number,
): RidgeLogisticFit {
  const means = columns.map((column) => column.reduce((sum, value) => sum + value, 0) / y.length)
  const deviations = columns.map((column, j) => deviation(column, means[j]!))
  const z = columns.map((column, j) => column.map((value) => (value - means[j]!) / deviations[j]!))
  const k = z.length
  // The bias is the last parameter.
  const parameters = new Float64Array(k + 1)
  for (let step = 0; step < STEPS; step++) {
    const { gradient, hessian } = differentiate(z, y, { parameters, ridge })
    const change = solve(hessian, gradient)
    // Where the sigmoid is flat a full step overshoots; a bounded one always arrives.
    const largest = Math.max(...change.map(Math.abs))
    const scale = Math.min(1, 2 / Math.max(largest, 1e-300))
    for (let j = 0; j <= k; j++) parameters[j]! -= scale * change[j]!
    if (largest < 1e-10) break
  }
  const weights = [...parameters.subarray(0, k)].map((weight, j) => weight / deviations[j]!)
  return { weights, bias: weights.reduce((bias, weight, j) => bias - weight * means[j]!, parameters[k]!) }
}

interface Derivatives {
  readonly gradient: Float64Array
  /** (k + 1) x (k + 1), row-major, symmetric, positive definite. */
  readonly hessian: Float64Array
}

function differentiate(
  z: readonly Float64Array[],
  y: Float64Array,
  { parameters, ridge }: { readonly parameters: Float64Array; readonly ridge: number },
): Derivatives {
  const size = parameters.length
  const gradient = new Float64Array(size)
  const hessian = new Float64Array(size * size)
  const row = new Float64Array(size).fill(1)
  for (let i = 0; i < y.length; i++) {
    let logit = parameters[size - 1]!
    for (let j = 0; j < size - 1; j++) {
      row[j] = z[j]![i]!
      logit += parameters[j]! * row[j]!
    }
    const p = sigmoid(logit)
    const curvature = (p * (1 - p)) / y.length
    const error = (p - y[i]!) / y.length
    for (let j = 0; j < size; j++) {
      gradient[j]! += error * row[j]!
      for (let l = 0; l < size; l++) hessian[j * size + l]! += curvature * row[j]! * row[l]!
    }
  }
  for (let j = 0; j < size; j++) {
    const own = j === size - 1 ? BIAS_RIDGE : ridge
    gradient[j]! += own * parameters[j]!
    hessian[j * size + j]! += own
  }
  return { gradient, hessian }
}

/** x with A x = b, by elimination without exchanges: A is positive definite. */
function solve(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length
  for (let j = 0; j < n; j++) {
    for (let i = j + 1; i < n; i++) {
      const factor = a[i * n + j]! / a[j * n + j]!
      for (let l = j; l < n; l++) a[i * n + l]! -= factor * a[j * n + l]!
      b[i]! -= factor * b[j]!
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let l = i + 1; l < n; l++) b[i]! -= a[i * n + l]! * b[l]!
    b[i]! /= a[i * n + i]!
  }
  return b
}

/** Never 0, so that a constant predictor divides to 0 instead of to NaN. */
function deviation(column: Float64Array, centre: number): number {
  const variance = column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / column.length
  return variance > 1e-18 ? Math.sqrt(variance) : 1
}
