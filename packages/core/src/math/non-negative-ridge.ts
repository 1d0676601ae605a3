/**
 * Ridge regression with weights that cannot be negative, shrunk towards equal weights instead of towards nothing:
 *
 *   minimise over w >= 0   sum_i (y_i - mean(y) - sum_j w_j z_ij)^2 / n  +  shrinkage * sum_j (w_j - w0)^2
 *
 * z_j are predictors of mean 0 and deviation 1; w0 is the best common weight, max(0, <sum_j z_j, y> / |sum_j z_j|^2). Equal weights are
 * hard to beat when predictors agree, and stacking on noisy labels picks winners by luck; this sits between. Non-negative
 * weights follow Breiman, "Stacked regressions", Machine Learning 24 (1996); the shrinkage target is ours.
 * Solved by cyclic coordinate descent.
 */

const SWEEPS = 200

/** `z[j]`: one predictor, one number per row; all of the length of `y`. Returns one weight per predictor. */
export function fitNonNegativeRidge(
  z: readonly Float64Array[],
  y: Float64Array,
  shrinkage: number,
): Float64Array {
  const n = y.length
  const mean = y.reduce((sum, value) => sum + value, 0) / n
  const start = commonWeight(z, y, mean)
  const weights = new Float64Array(z.length).fill(start)
  const residual = y.map((value, i) => value - mean - start * z.reduce((sum, column) => sum + column[i]!, 0))
  const squares = z.map((column) => column.reduce((sum, value) => sum + value * value, 0) / n)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let largest = 0
    for (let j = 0; j < z.length; j++) {
      const column = z[j]!
      let dot = 0
      for (let i = 0; i < n; i++) dot += column[i]! * residual[i]!
      const target = (dot / n + squares[j]! * weights[j]! + shrinkage * start) / (squares[j]! + shrinkage)
      const change = Math.max(0, target) - weights[j]!
      for (let i = 0; i < n; i++) residual[i]! -= change * column[i]!
      weights[j]! += change
      largest = Math.max(largest, Math.abs(change))
    }
    if (largest < 1e-12) break
  }
  return weights
}

const LARGEST_SHRINKAGE = 10

/**
 * The shrinkage that Bayes' rule asks for when weights are expected to spread around the common one with deviation `spread` * w0:
 *
 *   residual variance of equal weights / (n spread^2 w0^2), at most LARGEST_SHRINKAGE
 *
 * Few rows or a weak signal pull hard, many rows let the weights go where they want.
 */
export function selectShrinkage(z: readonly Float64Array[], y: Float64Array, spread: number): number {
  const n = y.length
  const mean = y.reduce((sum, value) => sum + value, 0) / n
  const common = commonWeight(z, y, mean)
  let squares = 0
  for (let i = 0; i < n; i++) {
    squares += (y[i]! - mean - common * z.reduce((sum, column) => sum + column[i]!, 0)) ** 2
  }
  const wanted = squares / n / (n * (spread * common) ** 2)
  return wanted < LARGEST_SHRINKAGE ? wanted : LARGEST_SHRINKAGE
}

function commonWeight(z: readonly Float64Array[], y: Float64Array, mean: number): number {
  let square = 0
  let dot = 0
  for (let i = 0; i < y.length; i++) {
    let sum = 0
    for (const column of z) sum += column[i]!
    square += sum * sum
    dot += sum * (y[i]! - mean)
  }
  return square > 0 ? Math.max(0, dot / square) : 0
}
