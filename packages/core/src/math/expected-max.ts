/**
 * Expected maximum of correlated normal numbers: what the best of several uncertain estimates is worth.
 *
 *   one   E = m
 *   two   E = m1 P(a) + m2 P(-a) + t p(a),   t^2 = v1 + v2 - 2 c,   a = (m1 - m2) / t        (Clark 1961, equation 1)
 *   more  the mean over DRAWS quasi-random draws m + L z, L the Cholesky factor of the covariance
 *
 * Clark's recursion for more than two takes the maximum of two for normal, which it is not; the draws are as fast and err by less (the test states by
 * how much). Directions of variance below 1e-12 count as
 * certain, where the paper adds 1e-12 I: without errors the maximum is then exact. The maximum over draws also only grows with the set, and by less the larger the set is, which pruning relies on.
 */
import { normalDensity, normalProbability } from './normal.ts'
import { createSobolNormals, SOBOL_DIMENSIONS } from './sobol.ts'

export interface Normals {
  readonly means: ArrayLike<number>
  /** n x n, row-major, symmetric, positive semi-definite. */
  readonly covariance: ArrayLike<number>
}

const DRAW_BITS = 8
/** Draws per number. The paper takes 100; a power of two balances every coordinate. */
export const DRAWS: number = 2 ** DRAW_BITS
/** Most numbers that can be drawn together. */
export const MAX_DRAWN: number = SOBOL_DIMENSIONS

const LEAST_VARIANCE = 1e-12

/** At least one and at most MAX_DRAWN numbers. */
export function expectedMax({ means, covariance }: Normals): number {
  const n = means.length
  if (n === 1) return means[0]!
  if (n === 2) {
    const variance = covariance[0]! + covariance[3]! - covariance[1]! - covariance[2]!
    return expectedMaxOfTwo(means[0]!, means[1]!, variance)
  }
  const draws = drawNormals({ means, covariance })
  const highest = draws.slice(0, DRAWS)
  for (let i = 1; i < n; i++) raiseDraws(highest, { from: highest, draws, row: i })
  return meanOfMax({ from: highest, draws, row: 0 }, Math.max(...Array.from(means)))
}

/** The maximum of a set so far, and a number that joins it. */
export interface Joined {
  /** DRAWS values. */
  readonly from: Float64Array
  readonly draws: Float64Array
  /** Row of `draws` that joins. */
  readonly row: number
}

/** Mean over the draws of the maximum of the two. Around `centre`, so that draws that all equal it have exactly that mean. */
export function meanOfMax({ from, draws, row }: Joined, centre: number): number {
  const at = row * DRAWS
  let sum = 0
  for (let k = 0; k < DRAWS; k++) {
    // Math.max has no branch to mispredict, which is most of the cost of a comparison here.
    sum += (from[k]! > draws[at + k]! ? from[k]! : draws[at + k]!) - centre
  }
  return centre + sum / DRAWS
}

/** into = maximum of the two, draw by draw. `into` may be `from`. */
export function raiseDraws(into: Float64Array, { from, draws, row }: Joined): void {
  const at = row * DRAWS
  for (let k = 0; k < DRAWS; k++) {
    into[k] = Math.max(from[k]!, draws[at + k]!)
  }
}

/** `variance` of the difference of the two. Below 0 by rounding counts as 0: then the larger mean. */
export function expectedMaxOfTwo(first: number, second: number, variance: number): number {
  const spread = Math.sqrt(Math.max(0, variance))
  if (!(spread > 1e-9)) return Math.max(first, second)
  const a = (first - second) / spread
  return first * normalProbability(a) + second * normalProbability(-a) + spread * normalDensity(a)
}

/** n x DRAWS, row-major: a row of equally likely values per number, together as correlated as the covariance says. */
export function drawNormals({ means, covariance }: Normals): Float64Array {
  const n = means.length
  if (n > MAX_DRAWN) throw new RangeError(`at most ${MAX_DRAWN} numbers can be drawn together, got ${n}`)
  const factor = factorise(covariance, n)
  const draws = new Float64Array(n * DRAWS)
  for (let i = 0; i < n; i++) {
    const row = draws.subarray(i * DRAWS, (i + 1) * DRAWS).fill(means[i]!)
    for (let j = 0; j <= i; j++) {
      const weight = factor[i * n + j]!
      if (weight === 0) continue
      const normal = NORMALS.subarray(j * DRAWS, (j + 1) * DRAWS)
      for (let k = 0; k < DRAWS; k++) row[k]! += weight * normal[k]!
    }
  }
  return draws
}

const NORMALS: Float64Array = createSobolNormals(MAX_DRAWN, DRAW_BITS)

/** Lower triangle L with L L' = a. A pivot that is 0 but for rounding counts as 0. */
function factorise(a: ArrayLike<number>, n: number): Float64Array {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!
      if (i === j) factor[i * n + i] = sum > LEAST_VARIANCE ? Math.sqrt(sum) : 0
      else factor[i * n + j] = factor[j * n + j]! > 0 ? sum / factor[j * n + j]! : 0
    }
  }
  return factor
}
