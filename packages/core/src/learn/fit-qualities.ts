/**
 * Learns how each model's quality follows from what the readers say of a query (estimate/components.ts), from their out-of-fold readings: one logistic
 * regression per model on three numbers. A model's own quality is a far stronger signal than the gap, which is 0 in most rows; so the
 * readers are stacked where the signal is, and the gap is the difference of the two.
 */
import { toPredictions, type Qualities, type Reading } from '../estimate/components.ts'
import { fitRidgeLogistic, type RidgeLogisticFit } from '../math/ridge-logistic.ts'

/** Ridge on the standardised weights. Flat from 0.01 to 0.1 on the recorded pairs, docs/methods/hybrid-llm.md. */
const RIDGE = 0.1

export interface QualityRows {
  /** One out-of-fold reading per row. */
  readonly readings: readonly Pick<Reading, 'small' | 'large'>[]
  /** Mean quality of each model's answers, in [0, 1]; one per row. */
  readonly smallQualities: Float64Array
  readonly largeQualities: Float64Array
}

/** Those of a router: with everything its readers said. */
export interface RouterRows extends QualityRows {
  readonly readings: readonly Reading[]
}

/** Fits on the rows that `isUsed` admits. */
export function fitQualities(data: QualityRows, isUsed: (row: number) => boolean): Qualities {
  const rows = [...data.readings.keys()].filter(isUsed)
  const fit = (model: 'small' | 'large', qualities: Float64Array): RidgeLogisticFit => {
    const said = data.readings[0]?.[model] ?? []
    const columns = said.map((_, j) => Float64Array.from(rows, (row) => data.readings[row]?.[model][j] ?? 0))
    return fitRidgeLogistic(
      columns,
      Float64Array.from(rows, (row) => qualities[row] ?? 0),
      RIDGE,
    )
  }
  return { small: fit('small', data.smallQualities), large: fit('large', data.largeQualities) }
}

/** One column per component: each row's qualities come from the other folds. */
export function predictCrossFitted(data: RouterRows, foldOf: Uint8Array, components: number): Float64Array[] {
  const columns = Array.from({ length: components }, () => new Float64Array(foldOf.length))
  for (const fold of new Set(foldOf)) {
    const qualities = fitQualities(data, (row) => foldOf[row] !== fold)
    data.readings.forEach((reading, row) => {
      if (foldOf[row] !== fold) return
      toPredictions(reading, qualities).forEach((value, j) => columns[j]?.fill(value, row, row + 1))
    })
  }
  return columns
}
