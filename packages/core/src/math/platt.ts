/**
 * Platt scaling with soft labels: the slope and intercept that make sigmoid(slope z + intercept) honest.
 *
 *   minimise  sum_i cross-entropy(y_i, slope z_i + intercept)  +  RIDGE (slope^2 + intercept^2) / 2,   y_i in [0, 1]
 *
 * by Newton's method with backtracking. Source: Platt 1999, in the numerically safe form of Lin, Lin and Weng, Machine Learning 68
 * (2007). The small ridge keeps a separable sample finite. The slope is held at MIN_SLOPE or above, so that calibrating never turns an
 * order around; the intercept then matches the mean label on its own.
 */
import { crossEntropy, sigmoid } from './logistic.ts'

const RIDGE = 1e-3
const MIN_SLOPE = 1e-3
const STEPS = 50
/** Shortest part of a Newton step tried before calling it converged. */
const LEAST_SCALE = 1e-6

export interface PlattFit {
  readonly slope: number
  readonly intercept: number
}

export function fitPlatt(z: ArrayLike<number>, y: ArrayLike<number>): PlattFit {
  let fit: PlattFit = { slope: 1, intercept: 0 }
  let loss = lossOf(fit, z, y)
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(fit, z, y)
    if (Math.abs(change.slope) + Math.abs(change.intercept) < 1e-10) break
    // A full Newton step can overshoot and circle the minimum for ever; one that lowers the loss cannot.
    let scale = 1
    let next = move(fit, change, scale)
    let nextLoss = lossOf(next, z, y)
    while (nextLoss >= loss && scale > LEAST_SCALE) {
      scale /= 2
      next = move(fit, change, scale)
      nextLoss = lossOf(next, z, y)
    }
    if (nextLoss >= loss) break
    fit = next
    loss = nextLoss
  }
  return fit
}

function lossOf({ slope, intercept }: PlattFit, z: ArrayLike<number>, y: ArrayLike<number>): number {
  let loss = (RIDGE * (slope * slope + intercept * intercept)) / 2
  for (let i = 0; i < z.length; i++) loss += crossEntropy(y[i]!, slope * z[i]! + intercept)
  return loss
}

function move(from: PlattFit, change: PlattFit, scale: number): PlattFit {
  return {
    slope: Math.max(MIN_SLOPE, from.slope - scale * change.slope),
    intercept: from.intercept - scale * change.intercept,
  }
}

/** Inverse Hessian times gradient. At the bound, with the slope still wanting down, of the intercept alone. */
function newtonStep({ slope, intercept }: PlattFit, z: ArrayLike<number>, y: ArrayLike<number>): PlattFit {
  const g = { slope: RIDGE * slope, intercept: RIDGE * intercept }
  const h = { ss: RIDGE, si: 0, ii: RIDGE }
  for (let i = 0; i < z.length; i++) {
    const p = sigmoid(slope * z[i]! + intercept)
    const error = p - y[i]!
    const curvature = p * (1 - p)
    g.slope += error * z[i]!
    g.intercept += error
    h.ss += curvature * z[i]! * z[i]!
    h.si += curvature * z[i]!
    h.ii += curvature
  }
  if (slope <= MIN_SLOPE && g.slope > 0) return { slope: 0, intercept: g.intercept / h.ii }
  const determinant = h.ss * h.ii - h.si * h.si
  return {
    slope: (h.ii * g.slope - h.si * g.intercept) / determinant,
    intercept: (h.ss * g.intercept - h.si * g.slope) / determinant,
  }
}
