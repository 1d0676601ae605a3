/**
 * Ridge regression that learns a row at a time: the inverse of the penalised sum of squares is kept, so that another row costs d^2, not d^3.
 *
 *   A = regularisation * I, then A <- discount * A + x x^T            b = 0, then b <- discount * b + reward * x
 *   mean = x . A^-1 b                                                  bonus = sqrt(x . A^-1 x)
 *
 *   (A + x x^T)^-1 = A^-1 - (A^-1 x)(A^-1 x)^T / (1 + x . A^-1 x)      Sherman and Morrison 1950
 *
 * Sources: LinUCB, Li et al., arXiv:1003.0146, algorithm 1 (disjoint arms); MetaLLM, arXiv:2407.10834, whose public defaults are regularisation
 * 12.94, discount 1 and no bonus. Arms that are all shown the same rows share A; then one inverse serves several rewards.
 */

export interface RidgeArm {
  /** Learns from one row: `x` of length dimension, one reward per target. */
  update(x: ArrayLike<number>, rewards: ArrayLike<number>): void
  /** A^-1 b, one list of length dimension per target. */
  weights(): readonly Float64Array[]
  /** How unlike the rows seen `x` is, in units of the reward's noise. At least 0. */
  bonus(x: ArrayLike<number>): number
}

export interface RidgeArmOptions {
  readonly dimension: number
  /** Rewards of a row. Default 1. */
  readonly targets?: number
  /** Above 0. */
  readonly regularisation: number
  /** What a row weighs after the next one. Default 1: rows never fade. Range (0, 1]. */
  readonly discount?: number
}

/** Throws RangeError for a regularisation or discount out of range. */
export function createRidgeArm({
  dimension,
  targets = 1,
  regularisation,
  discount = 1,
}: RidgeArmOptions): RidgeArm {
  if (!(regularisation > 0)) throw new RangeError(`regularisation must be above 0, got ${regularisation}`)
  if (!(discount > 0 && discount <= 1)) throw new RangeError(`discount must be in (0, 1], got ${discount}`)
  const inverse = new Float64Array(dimension * dimension)
  for (let i = 0; i < dimension; i++) inverse[i * dimension + i] = 1 / regularisation
  const sums = Array.from({ length: targets }, () => new Float64Array(dimension))
  const solve = (x: ArrayLike<number>): Float64Array => multiply(inverse, x)
  return {
    update(x, rewards) {
      if (discount < 1) for (let i = 0; i < inverse.length; i++) inverse[i]! /= discount
      subtractOuter(inverse, solve(x), x)
      sums.forEach((sum, t) => {
        for (let i = 0; i < dimension; i++) sum[i] = discount * sum[i]! + rewards[t]! * x[i]!
      })
    },
    weights: () => sums.map(solve),
    bonus: (x) => Math.sqrt(Math.max(0, dot(solve(x), x))),
  }
}

/** inverse -= v v^T / (1 + x . v), v = inverse x; symmetric, so half of it is worked out. */
function subtractOuter(inverse: Float64Array, v: Float64Array, x: ArrayLike<number>): void {
  const dimension = v.length
  const scale = 1 / (1 + dot(v, x))
  for (let i = 0; i < dimension; i++) {
    const factor = scale * v[i]!
    for (let j = 0; j <= i; j++) {
      const value = inverse[i * dimension + j]! - factor * v[j]!
      inverse[i * dimension + j] = value
      inverse[j * dimension + i] = value
    }
  }
}

function multiply(matrix: Float64Array, x: ArrayLike<number>): Float64Array {
  const dimension = x.length
  const product = new Float64Array(dimension)
  for (let i = 0; i < dimension; i++) {
    let sum = 0
    for (let j = 0; j < dimension; j++) sum += matrix[i * dimension + j]! * x[j]!
    product[i] = sum
  }
  return product
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
