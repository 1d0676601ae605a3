/**
 * Learns how to combine the components from their out-of-fold predictions: stacking, then Platt calibration.
 *
 *   weights      non-negative ridge of the quality gap on the standardised predictions, shrunk towards equal weights; optional
 *                components are let in only when they clearly help
 *   slope, intercept   Platt scaling of z against the label
 *   reliability  correction of what a sigmoid cannot bend to (fit-reliability.ts)
 *
 * Source of stacking: Wolpert 1992; Breiman 1996. The gap, not the label, is the target of the weights: on binary scores the label
 * does not tell "both right" from "only the small one right", and the second is worth more.
 */
import { combineRaw, type Combination } from '../estimate/blend.ts'
import { COMPONENT_NAMES } from '../estimate/components.ts'
import { fitNonNegativeRidge, selectShrinkage } from '../math/non-negative-ridge.ts'
import { sigmoid } from '../math/logistic.ts'
import { fitPlatt } from '../math/platt.ts'
import { fitReliability } from './fit-reliability.ts'

/** How far weights are expected to spread around equal ones, relative to them: how hard they are pulled follows from it and the rows. */
const SPREAD = 0.7
/** Standard errors by which an optional component must lower the squared error to be let in. */
const LEAST_GAIN = 2
/** Components that must earn their place: the neighbours overlap with the forest. */
const OPTIONAL: readonly number[] = [COMPONENT_NAMES.indexOf('nearest')]

export interface StackingRows {
  /** One column of out-of-fold predictions per component. */
  readonly predictions: readonly Float64Array[]
  readonly gaps: Float64Array
  readonly labels: Float64Array
}

/** Fits on the rows that `isUsed` admits. */
export function fitCombination(data: StackingRows, isUsed: (row: number) => boolean): Combination {
  const rows = [...data.gaps.keys()].filter(isUsed)
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] ?? 0)
  const columns = data.predictions.map(pick)
  const means = columns.map(mean)
  const deviations = columns.map((column, j) => deviation(column, means[j] ?? 0))
  const standardised = columns.map((column, j) =>
    column.map((value) => (value - (means[j] ?? 0)) / (deviations[j] ?? 1)),
  )
  const weights = fitSelectedWeights(standardised, pick(data.gaps))
  const z = rows.map((row) =>
    combineRaw(
      { means, deviations, weights },
      data.predictions.map((column) => column[row] ?? 0),
    ),
  )
  const spread = deviation(Float64Array.from(z), 0) || 1
  const unit = weights.map((weight) => weight / spread)
  const platt = fitPlatt(
    z.map((value) => value / spread),
    pick(data.labels),
  )
  const probabilities = z.map((value) => sigmoid((platt.slope * value) / spread + platt.intercept))
  return {
    means,
    deviations,
    weights: unit,
    ...platt,
    reliability: fitReliability(probabilities, pick(data.labels)),
  }
}

/**
 * Starts from the components that are always asked and lets an optional one in only when it lowers the squared error by more than
 * LEAST_GAIN standard errors of the paired difference: one that does not costs time in every decision and adds noise to the rest.
 */
function fitSelectedWeights(columns: readonly Float64Array[], gaps: Float64Array): number[] {
  let best = fitWeights(
    columns,
    [...columns.keys()].filter((j) => !OPTIONAL.includes(j)),
    gaps,
  )
  for (const candidate of OPTIONAL) {
    if (candidate >= columns.length) continue
    const wider = fitWeights(columns, [...best.chosen, candidate], gaps)
    if (isClearlyBetter(wider.squares, best.squares)) best = wider
  }
  return columns.map((_, j) => best.weights[best.chosen.indexOf(j)] ?? 0)
}

interface Weights {
  /** Columns used. */
  readonly chosen: readonly number[]
  /** One per column used. */
  readonly weights: Float64Array
  /** Squared error of each row. */
  readonly squares: Float64Array
}

function fitWeights(
  columns: readonly Float64Array[],
  chosen: readonly number[],
  gaps: Float64Array,
): Weights {
  const used = chosen.map((j) => columns[j] ?? new Float64Array(gaps.length))
  const weights = fitNonNegativeRidge(used, gaps, selectShrinkage(used, gaps, SPREAD))
  const centre = mean(gaps)
  const squares = gaps.map((gap, row) => {
    const fitted = used.reduce((sum, column, k) => sum + (weights[k] ?? 0) * (column[row] ?? 0), centre)
    return (gap - fitted) ** 2
  })
  return { chosen, weights, squares }
}

/** Whether the mean of `wider` is below that of `narrower` by more than LEAST_GAIN standard errors of their paired difference. */
function isClearlyBetter(wider: Float64Array, narrower: Float64Array): boolean {
  const gains = narrower.map((square, row) => square - (wider[row] ?? 0))
  const gain = mean(gains)
  return gain > (LEAST_GAIN * deviation(gains, gain)) / Math.sqrt(gains.length)
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

/** Never 0, so that a constant component divides to 0 instead of to NaN. */
function deviation(values: Float64Array, centre: number): number {
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length)
  return variance > 1e-18 ? Math.sqrt(variance) : 1
}
