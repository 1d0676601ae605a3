/**
 * Platt scaling with soft labels: the slope and intercept that make sigmoid(slope z + intercept) honest.
 *
 *   minimise  sum_i cross-entropy(y_i, slope z_i + intercept)  +  RIDGE (slope^2 + intercept^2) / 2,   y_i in [0, 1]
 *
 * by Newton's method with step halving. Source: Platt 1999, with the numerically safe objective of Lin, Lin and Weng, Machine
 * Learning 68 (2007), whose point is the halving: full steps swing back and forth for ever when some z lie far out.
 * The small ridge keeps a separable sample finite. The slope is held at MIN_SLOPE or above, so that calibrating never turns an
 * order around; the intercept is then fitted for that slope.
 */
import { sigmoid } from './logistic.ts'

const RIDGE = 1e-3
const MIN_SLOPE = 1e-3
const STEPS = 100
const HALVINGS = 40

export interface PlattFit {
  readonly slope: number
  readonly intercept: number
}

export function fitPlatt(z: ArrayLike<number>, y: ArrayLike<number>): PlattFit {
  const free = descend(z, y, { start: { slope: 0, intercept: 0 }, isSlopeFree: true })
  if (free.slope >= MIN_SLOPE) return free
  return descend(z, y, { start: { slope: MIN_SLOPE, intercept: 0 }, isSlopeFree: false })
}

interface Descent {
  readonly start: PlattFit
  /** False: the slope stays where it starts. */
  readonly isSlopeFree: boolean
}

function descend(z: ArrayLike<number>, y: ArrayLike<number>, { start, isSlopeFree }: Descent): PlattFit {
  let fit = start
  let loss = objective(z, y, fit)
  for (let step = 0; step < STEPS; step++) {
    const change = newtonStep(z, y, { fit, isSlopeFree })
    if (Math.abs(change.slope) + Math.abs(change.intercept) < 1e-10) return fit
    let scale = 1
    let next = moved(fit, change, scale)
    let nextLoss = objective(z, y, next)
    for (let halving = 0; halving < HALVINGS && !(nextLoss <= loss); halving++) {
      scale /= 2
      next = moved(fit, change, scale)
      nextLoss = objective(z, y, next)
    }
    if (!(nextLoss < loss)) return fit
    fit = next
    loss = nextLoss
  }
  return fit
}

function moved(fit: PlattFit, change: PlattFit, scale: number): PlattFit {
  return { slope: fit.slope - scale * change.slope, intercept: fit.intercept - scale * change.intercept }
}

function newtonStep(
  z: ArrayLike<number>,
  y: ArrayLike<number>,
  { fit, isSlopeFree }: { readonly fit: PlattFit; readonly isSlopeFree: boolean },
): PlattFit {
  const g = { slope: RIDGE * fit.slope, intercept: RIDGE * fit.intercept }
  const h = { ss: RIDGE, si: 0, ii: RIDGE }
  for (let i = 0; i < z.length; i++) {
    const p = sigmoid(fit.slope * z[i]! + fit.intercept)
    const error = p - y[i]!
    const curvature = p * (1 - p)
    g.slope += error * z[i]!
    g.intercept += error
    h.ss += curvature * z[i]! * z[i]!
    h.si += curvature * z[i]!
    h.ii += curvature
  }
  if (!isSlopeFree) return { slope: 0, intercept: g.intercept / h.ii }
  const determinant = h.ss * h.ii - h.si * h.si
  return {
    slope: (h.ii * g.slope - h.si * g.intercept) / determinant,
    intercept: (h.ss * g.intercept - h.si * g.slope) / determinant,
  }
}

/** Cross-entropy from the logit u: y softplus(-u) + (1 - y) softplus(u), without overflow. */
function objective(z: ArrayLike<number>, y: ArrayLike<number>, { slope, intercept }: PlattFit): number {
  let sum = (RIDGE * (slope * slope + intercept * intercept)) / 2
  for (let i = 0; i < z.length; i++) {
    const u = slope * z[i]! + intercept
    sum += Math.max(0, u) - y[i]! * u + Math.log1p(Math.exp(-Math.abs(u)))
  }
  return sum
}
