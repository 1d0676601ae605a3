/**
 * Settings of a pool's router from dear to cheap, and what each makes of the training rows by estimates that have not seen them.
 *
 *   margins    at cost weight 0, falling: from 1, where no cheaper model replaces the reference, to 0, where the expected best one does
 *   weights    0, then a geometric sequence, then one at which only the cheapest model is worth its cost
 *
 * The sequence depends on the mean costs only, never on qualities, so that Learn-then-Test may walk it (select-family-levels.ts).
 */
import type { PoolSetting } from '../contract/pool-artifact.ts'

/** Margins: neighbours differ by a quarter. */
const MARGINS = 20
const LEAST_MARGIN = 0.005
/** Weights: neighbours differ by some 10%. */
const WEIGHTS = 101
/** Weights by the quality that a call of the dearest model must bring: below a ten-thousandth nothing is saved, at 20 nothing is bought. */
const LEAST_GAIN_ASKED = 1e-4
const MOST_GAIN_ASKED = 20
const ONLY_CHEAPEST = 1e4

/** Ascending: 0 first. `dearest`: mean cost of a call of the dearest model, above 0. */
export function costWeights(dearest: number): readonly number[] {
  const between = WEIGHTS - 2
  const step = (MOST_GAIN_ASKED / LEAST_GAIN_ASKED) ** (1 / (between - 1))
  const asked = Array.from({ length: between }, (_, i) => LEAST_GAIN_ASKED * step ** i)
  return [0, ...asked, ONLY_CHEAPEST].map((gain) => gain / dearest)
}

/** What a setting asks of a cheaper model and of money. */
export type Weighing = Required<Pick<PoolSetting, 'margin' | 'costWeight'>>

/** From dear to cheap. `dearest`: as in costWeights. */
export function weighings(dearest: number): readonly Weighing[] {
  const margins = Array.from({ length: MARGINS }, (_, i) => LEAST_MARGIN ** (i / (MARGINS - 1)))
  return [
    ...margins.map((margin) => ({ margin, costWeight: 0 })),
    ...costWeights(dearest).map((costWeight) => ({ margin: 0, costWeight })),
  ]
}

/** One row per query. */
export interface SettingRows {
  /** Rows x models, row-major. */
  readonly qualities: ArrayLike<number>
  /** The same, in units of cost. */
  readonly costs: ArrayLike<number>
  readonly models: number
}

export interface SettingTrials extends PoolSetting {
  /** Place of the model that each row goes to. */
  readonly chosen: Uint8Array
}

/** `choose`: the policy's own choice for a row, a place among the models. */
export function trySettings(
  { qualities, costs, models }: SettingRows,
  settings: readonly Weighing[],
  choose: (row: number, weighing: Weighing) => number,
): SettingTrials[] {
  const rows = qualities.length / models
  return settings.map((weighing, i) => {
    const chosen = Uint8Array.from({ length: rows }, (_, row) => choose(row, weighing))
    let quality = 0
    let cost = 0
    const answered = new Float64Array(models)
    chosen.forEach((place, row) => {
      answered[place] = (answered[place] ?? 0) + 1
      quality += qualities[row * models + place] ?? 0
      cost += costs[row * models + place] ?? 0
    })
    return {
      threshold: 1 - i / Math.max(1, settings.length - 1),
      ...weighing,
      meanCost: cost / rows,
      meanQuality: quality / rows,
      shares: Array.from(answered, (count) => count / rows),
      chosen,
    }
  })
}
