/**
 * The test behind a promise: do the values Z = quality(routed) - level * quality(large) prove that their mean is not below 0? Two valid ones.
 * Betting is used, being the tighter by far on paired answers; Hoeffding-Bentkus is there to compare with (docs/results.md shows both).
 * Taking the smaller p-value of the two would not be valid at level delta.
 */
import { bettingPValue } from '../math/betting.ts'
import { hoeffdingBentkusPValue } from '../math/hoeffding-bentkus.ts'

export interface PromiseCase {
  /** Z of each row, in the order of betting. Range [-level, 1]. */
  readonly values: Float64Array
  /** Range (0, 1]. */
  readonly level: number
  /** Share of the rows kept small. */
  readonly keptFraction: number
  readonly delta: number
}

export type PromiseTest = (given: PromiseCase) => boolean

export const proveByBetting: PromiseTest = ({ values, level, keptFraction, delta }) => {
  // Mean square of Z when a quarter of the kept queries differ and large is right half of the time: only a first guess.
  const firstSquare = ((1 - level) ** 2 + keptFraction) / 4 + 1e-6
  return bettingPValue(values, { delta, least: level, firstSquare }) <= delta
}

export const proveByHoeffdingBentkus: PromiseTest = ({ values, level, delta }) => {
  // Losses in [0, 1]: (1 - Z) / (1 + level); Z = 0 is the bound.
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return hoeffdingBentkusPValue((1 - mean) / (1 + level), 1 / (1 + level), values.length) <= delta
}
