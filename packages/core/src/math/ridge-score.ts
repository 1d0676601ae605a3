/**
 * Score statistic of a ridge model: how much better a target is explained when columns have small random weights than by its mean alone.
 *
 *   y = m + Z b + e,   b ~ N(0, t s^2 I),  e ~ N(0, s^2)
 *   Q = y' (I - (I + t Z Z')^-1) y / y'y  =  sum_j t c_j^2 / (1 + t l_j) / y'y,     c_j = v_j . Z'y
 *
 * l_j, v_j eigenpairs of Z'Z. For a given t this is the likelihood ratio against b = 0 but for constants, so no test of that alternative is more
 * powerful (Neyman and Pearson); as t falls to 0 it is the score test of variance components, also called kernel or SKAT test (Wu et al.,
 * Am. J. Hum. Genet. 89, 2011). What depends on Z alone is worked out once: another target costs one pass over Z.
 */
import { decomposeSymmetric } from './symmetric-eigen.ts'

/**
 * Statistics of target = values - baseline, which must have mean 0. In two steps because permutations change the values and leave the
 * baseline (their stratum's mean) alone.
 */
export type ScoreStatistics = (
  baseline: ArrayLike<number>,
) => (values: ArrayLike<number>) => readonly number[]

export interface RidgeScoreInput {
  /** rows x columns, row-major, centred. */
  readonly z: Float32Array
  readonly columns: number
  /** Signals to noise t > 0, a statistic each: variance that the columns explain over the variance left, when the columns' variances add up to 1. */
  readonly ratios: readonly number[]
}

/** One statistic per ratio. Range [0, 1); 0 for a target that does not vary. */
export function createRidgeScores({ z, columns, ratios }: RidgeScoreInput): ScoreStatistics {
  const { values: lengths, vectors } = decomposeSymmetric(multiplySelf(z, columns), columns)
  return (baseline) => {
    const fixed = multiplyTarget(z, columns, baseline)
    return (values) => {
      const total = squaredDistance(values, baseline)
      if (!(total > 0)) return ratios.map(() => 0)
      const products = multiplyTarget(z, columns, values)
      for (let j = 0; j < columns; j++) products[j]! -= fixed[j]!
      const rotated = new Float64Array(columns)
      for (let i = 0; i < columns; i++) {
        for (let j = 0; j < columns; j++) rotated[j]! += products[i]! * vectors[i * columns + j]!
      }
      return ratios.map((t) => explain(rotated, lengths, t) / total)
    }
  }
}

/** Z'y. Columns are centred, so a constant may be taken off; the commonest value makes its rows free. */
function multiplyTarget(z: Float32Array, columns: number, target: ArrayLike<number>): Float64Array {
  const products = new Float64Array(columns)
  const base = findMajority(target)
  for (let row = 0; row < target.length; row++) {
    const y = target[row]! - base
    if (y === 0) continue
    const at = row * columns
    for (let j = 0; j < columns; j++) products[j]! += y * z[at + j]!
  }
  return products
}

export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum
}

/** The same for columns that tell groups apart: Z'Z is diagonal, and c_j is the sum over group j. Rows of group -1 have no column. */
export function createGroupScores(
  groupOf: ArrayLike<number>,
  groups: number,
  ratios: readonly number[],
): ScoreStatistics {
  const sizes = new Float64Array(groups)
  for (let row = 0; row < groupOf.length; row++) if (groupOf[row]! >= 0) sizes[groupOf[row]!]! += 1
  return (baseline) => (values) => {
    const total = squaredDistance(values, baseline)
    if (!(total > 0)) return ratios.map(() => 0)
    const sums = new Float64Array(groups)
    for (let row = 0; row < values.length; row++) {
      if (groupOf[row]! >= 0) sums[groupOf[row]!]! += values[row]! - baseline[row]!
    }
    return ratios.map((t) => explain(sums, sizes, t) / total)
  }
}

/** The value that more than half of the entries have, if there is one, else any (Boyer and Moore's vote). */
export function findMajority(values: ArrayLike<number>): number {
  let majority = values[0] ?? 0
  let votes = 0
  for (let i = 0; i < values.length; i++) {
    if (votes === 0) majority = values[i]!
    votes += values[i] === majority ? 1 : -1
  }
  return majority
}

/** sum_j t c_j^2 / (1 + t l_j) */
function explain(c: Float64Array, l: Float64Array, t: number): number {
  let sum = 0
  for (let j = 0; j < c.length; j++) sum += (t * c[j]! * c[j]!) / (1 + t * Math.max(0, l[j]!))
  return sum
}

/** Z'Z, columns x columns. */
function multiplySelf(z: Float32Array, columns: number): Float64Array {
  const gram = new Float64Array(columns * columns)
  for (let at = 0; at < z.length; at += columns) {
    for (let i = 0; i < columns; i++) {
      const x = z[at + i]!
      for (let j = 0; j <= i; j++) gram[i * columns + j]! += x * z[at + j]!
    }
  }
  for (let i = 0; i < columns; i++) for (let j = 0; j < i; j++) gram[j * columns + i] = gram[i * columns + j]!
  return gram
}
