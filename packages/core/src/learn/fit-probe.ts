/**
 * Fits a probed model (estimate/probed.ts) from a few dozen rows with its outcomes. Its log-odds lie on a line over the ease of the query, near the
 * pool's own where the rows say little:
 *
 *   minimise  sum_i crossEntropy(y_i, c + s (e_i - E)) + (c - E)^2 / 2 C + (s - 1)^2 / 2 S          e_i: ease of row i, E: its mean
 *
 * Where a row has the trained models' outcomes too, what they did better than was believed is likely to be luck of the row, and is taken out of the
 * new model's outcome (a control variate): y_i = quality_i - beta (observed_i - believed_i), the means over the trained models.
 *
 *   mean quality = mean_i p_i - gamma (mean_i believed_i - mean quality of the trained models)        gamma: slope of p over believed
 *
 * so that a draw of easy rows does not flatter it. The interval is normal: the spread of the residuals, and of the pool's models as the prior's.
 * After GraphRouter's and Model-SAT's aim, a candidate without retraining (arXiv:2410.03834, arXiv:2502.17282); the estimator is ours.
 */
import { sigmoid } from '../math/logistic.ts'

/** One entry per row. */
export interface ProbeRows {
  /** Quality of the new model's answer. Range [0, 1]. */
  readonly qualities: readonly number[]
  /** estimate/probed.ts easeOf. */
  readonly eases: readonly number[]
  /** Mean believed quality of the trained models. */
  readonly believed: readonly number[]
  /** Their mean quality on the row; null where the row does not know all of them. */
  readonly observed: readonly (number | null)[]
}

export interface ProbeFit {
  readonly bias: number
  readonly slope: number
  readonly meanQuality: number
  readonly interval: readonly [number, number]
}

/** Variance of a model's mean log-odds about the pool's: wide, so that a model unlike the others is not drawn to them. */
const LEVEL_VARIANCE = 4
/** Variance of the slope about 1. */
const SLOPE_VARIANCE = 0.1
/** A model's luck moves with the pool's at most by so much. */
const MOST_BETA = 1.5
/** Rows of residuals, at beta 0, that stand against the first ones. */
const BETA_ROWS = 5
const STEPS = 30
const NORMAL_95 = 1.96

/** `meanQuality`: mean over the trained models and their training rows. At least one row. */
export function fitProbe(rows: ProbeRows, meanQuality: number): ProbeFit {
  const targets = withoutLuck(rows)
  const ease = meanOf(rows.eases)
  const { level, slope, levelVariance } = fitLine(
    targets,
    rows.eases.map((one) => one - ease),
    ease,
  )
  const p = rows.eases.map((one) => sigmoid(level + slope * (one - ease)))
  const gamma = slopeOf(rows.believed, p)
  const mean = clamp(meanOf(p) - gamma * (meanOf(rows.believed) - meanQuality))
  const spread = meanOf(p.map((one) => one * (1 - one)))
  const error = NORMAL_95 * spread * Math.sqrt(levelVariance)
  return {
    bias: level - slope * ease,
    slope,
    meanQuality: mean,
    interval: [clamp(mean - error), clamp(mean + error)],
  }
}

/** The new model's outcomes less what the trained models' luck on the rows says of them; may leave [0, 1]. */
function withoutLuck({ qualities, believed, observed }: ProbeRows): readonly number[] {
  const luck = observed.map((one, i) => (one === null ? 0 : one - (believed[i] ?? 0)))
  const known = luck.filter((one) => one !== 0).length
  if (known === 0) return qualities
  const centre = meanOf(qualities) - meanOf(believed)
  const rest = qualities.map((one, i) => one - (believed[i] ?? 0) - centre)
  const square = luck.reduce((sum, one) => sum + one * one, 0)
  const product = luck.reduce((sum, one, i) => sum + one * (rest[i] ?? 0), 0)
  const beta = Math.max(0, Math.min(MOST_BETA, product / (square * (1 + BETA_ROWS / known))))
  return qualities.map((one, i) => one - beta * (luck[i] ?? 0))
}

/** Newton's method; the objective is convex. `levelVariance`: of the level, by the curvature and the residuals' spread. */
function fitLine(
  targets: readonly number[],
  centred: readonly number[],
  prior: number,
): { readonly level: number; readonly slope: number; readonly levelVariance: number } {
  let level = prior
  let slope = 1
  let curvature = 1 / LEVEL_VARIANCE
  for (let step = 0; step < STEPS; step++) {
    let [gradient, tilt] = [(level - prior) / LEVEL_VARIANCE, (slope - 1) / SLOPE_VARIANCE]
    let [a, b, c] = [1 / LEVEL_VARIANCE, 0, 1 / SLOPE_VARIANCE]
    targets.forEach((target, i) => {
      const x = centred[i] ?? 0
      const p = sigmoid(level + slope * x)
      const weight = p * (1 - p)
      gradient += p - target
      tilt += (p - target) * x
      a += weight
      b += weight * x
      c += weight * x * x
    })
    const determinant = a * c - b * b
    level -= (c * gradient - b * tilt) / determinant
    slope -= (a * tilt - b * gradient) / determinant
    curvature = a
  }
  const residuals = targets.map((target, i) => target - sigmoid(level + slope * (centred[i] ?? 0)))
  const noise = residuals.reduce((sum, one) => sum + one * one, 0)
  // The sandwich: how far the rows' noise moves the level, and how far the prior may be off.
  return { level, slope, levelVariance: (noise + 1 / LEVEL_VARIANCE) / (curvature * curvature) }
}

/** Least squares; 0 where x does not vary. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [meanOf(x), meanOf(y)]
  let [square, product] = [0, 0]
  x.forEach((one, i) => {
    square += (one - meanX) ** 2
    product += (one - meanX) * ((y[i] ?? 0) - meanY)
  })
  return square === 0 ? 0 : product / square
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
