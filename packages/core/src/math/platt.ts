/**
 * Platt scaling with soft labels: the slope and intercept that make sigmoid(slope z + intercept) honest.
 *
 *   minimise  sum_i cross-entropy(y_i, slope z_i + intercept)  +  RIDGE (slope^2 + intercept^2) / 2,   y_i in [0, 1]
 *
 * by Newton's method. Source: Platt 1999, with the numerically safe objective of Lin, Lin and Weng, Machine Learning 68 (2007).
 * The small ridge keeps a separable sample finite. The slope is held at MIN_SLOPE or above, so that calibrating never turns an
 * order around.
 */
import { sigmoid } from './logistic.ts'

const RIDGE = 1e-3
const MIN_SLOPE = 1e-3
const STEPS = 50

export interface PlattFit {
  readonly slope: number
  readonly intercept: number
}

export function fitPlatt(z: ArrayLike<number>, y: ArrayLike<number>): PlattFit {
  let slope = 1
  let intercept = 0
  for (let step = 0; step < STEPS; step++) {
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
    const determinant = h.ss * h.ii - h.si * h.si
    const change = {
      slope: (h.ii * g.slope - h.si * g.intercept) / determinant,
      intercept: (h.ss * g.intercept - h.si * g.slope) / determinant,
    }
    // A full Newton step from far away can overshoot; a bounded one still converges.
    const scale = Math.min(1, 4 / Math.max(Math.abs(change.slope), Math.abs(change.intercept), 1e-12))
    slope -= scale * change.slope
    intercept -= scale * change.intercept
    if (Math.abs(change.slope) + Math.abs(change.intercept) < 1e-10) break
  }
  return { slope: Math.max(MIN_SLOPE, slope), intercept }
}
