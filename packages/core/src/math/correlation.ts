/**
 * Correlation of two columns: Pearson's r of the values, Spearman's rho of their ranks (ties share their mean rank).
 *
 *   r = sum w (x - mx)(y - my) / sqrt(sum w (x - mx)^2 sum w (y - my)^2)         rho = r of the ranks
 *
 * Source: Pearson 1895; Spearman 1904, "The proof and measurement of association between two things". `weights` count copies of a row, for
 * bootstrap draws: a row of weight 2 stands for two equal rows. Noise in either column pulls both towards 0.
 */
import { descendingOrder } from './quality-curve.ts'

/** Range [-1, 1]. Undefined when a column does not vary, or without rows. */
export function pearson(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number | undefined {
  const [mx, my] = [weightedMean(x, weights), weightedMean(y, weights)]
  let mass = 0
  let xx = 0
  let yy = 0
  let xy = 0
  for (let i = 0; i < x.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    const [dx, dy] = [x[i]! - mx, y[i]! - my]
    mass += weight
    xx += weight * dx * dx
    yy += weight * dy * dy
    xy += weight * dx * dy
  }
  if (isFlat(xx, mx, mass) || isFlat(yy, my, mass)) return undefined
  return Math.min(1, Math.max(-1, xy / (Math.sqrt(xx) * Math.sqrt(yy))))
}

/** Rounding leaves a constant column with squares of about 1e-32 of its own size; so small a spread is none. */
function isFlat(squares: number, mean: number, mass: number): boolean {
  return !(squares > 1e-24 * mass * (1 + mean * mean))
}

/** Spearman's rho for any weights; the columns are sorted once. Range [-1, 1]; undefined as pearson. */
export function createSpearman(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): (weights?: ArrayLike<number>) => number | undefined {
  const [rankX, rankY] = [createRanker(x), createRanker(y)]
  return (weights) => pearson(rankX(weights), rankY(weights), weights)
}

/** Range [-1, 1]; undefined as pearson. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  return createSpearman(x, y)()
}

function createRanker(values: ArrayLike<number>): (weights?: ArrayLike<number>) => Float64Array {
  const order = descendingOrder(values) ?? Uint32Array.from(values, (_, i) => i)
  const ranks = new Float64Array(values.length)
  return (weights) => {
    let above = 0
    for (let start = 0; start < order.length;) {
      let end = start
      let copies = 0
      for (; end < order.length && values[order[end]!] === values[order[start]!]; end++) {
        copies += weights === undefined ? 1 : weights[order[end]!]!
      }
      for (let i = start; i < end; i++) ranks[order[i]!] = -(above + copies / 2)
      above += copies
      start = end
    }
    return ranks
  }
}

function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let sum = 0
  let mass = 0
  for (let i = 0; i < values.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!
    sum += weight * values[i]!
    mass += weight
  }
  return mass === 0 ? 0 : sum / mass
}
