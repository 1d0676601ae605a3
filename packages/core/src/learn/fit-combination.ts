/**
 * Learns how to combine the components from their out-of-fold predictions: stacking, then Platt calibration.
 *
 *   weights      non-negative ridge of the quality gap on the standardised predictions, shrunk towards equal weights
 *   slope, intercept   Platt scaling of z against the label
 *
 * Source of stacking: Wolpert 1992; Breiman 1996. The gap, not the label, is the target of the weights: on binary scores the label
 * does not tell "both right" from "only the small one right", and the second is worth more.
 */
import { combineRaw, type Combination } from '../estimate/blend.ts'
import { fitNonNegativeRidge } from '../math/non-negative-ridge.ts'
import { fitPlatt } from '../math/platt.ts'

/** Pull of the weights towards equality. Flat from 0.1 to 1 on the recorded pairs, docs/methods/hybrid-llm.md. */
const SHRINKAGE = 0.2
/** Share of the sum of weights below which a component is dropped. */
const LEAST_SHARE = 0.1

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
  const weights = fitSparseWeights(standardised, pick(data.gaps))
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
  return { means, deviations, weights: unit, ...platt }
}

/**
 * Drops the least component while it carries less than LEAST_SHARE, and fits the others again: what hardly matters to the score
 * should not cost time in every decision.
 */
function fitSparseWeights(columns: readonly Float64Array[], gaps: Float64Array): number[] {
  let kept = [...columns.keys()]
  for (;;) {
    const fitted = fitNonNegativeRidge(
      kept.map((j) => columns[j] ?? new Float64Array(gaps.length)),
      gaps,
      SHRINKAGE,
    )
    const total = fitted.reduce((sum, weight) => sum + weight, 0)
    const least = fitted.indexOf(Math.min(...fitted))
    if (kept.length === 1 || (fitted[least] ?? 0) >= LEAST_SHARE * total) {
      return columns.map((_, j) => (kept.includes(j) ? (fitted[kept.indexOf(j)] ?? 0) : 0))
    }
    kept = kept.filter((_, position) => position !== least)
  }
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

/** Never 0, so that a constant component divides to 0 instead of to NaN. */
function deviation(values: Float64Array, centre: number): number {
  const variance = values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length)
  return variance > 1e-18 ? Math.sqrt(variance) : 1
}
