/**
 * Quality levels of a pool from what its settings did with the rows: for each level the cheapest setting that keeps it (select-family-levels.ts).
 */
import type { Mode, OperatingPoint } from '../contract/decision.ts'
import { LEVELS } from './calibration.ts'
import { selectFamilyLevels } from './select-family-levels.ts'
import type { SettingRows, SettingTrials } from './select-settings.ts'

export interface PoolLevelsOptions {
  /** Place of the reference among the models. */
  readonly reference: number
  readonly delta: number
  readonly seed: number
}

export function selectPoolLevels(
  trials: readonly SettingTrials[],
  { qualities, models }: Pick<SettingRows, 'qualities' | 'models'>,
  { reference, delta, seed }: PoolLevelsOptions,
): Record<Mode, OperatingPoint[]> {
  const rows = qualities.length / models
  const qualityOf = (row: number, at: number): number => qualities[row * models + at] ?? 0
  return selectFamilyLevels(
    trials.map(({ threshold, chosen }) => ({
      threshold,
      qualities: Float64Array.from(chosen, (at, row) => qualityOf(row, at)),
      share: chosen.reduce((count, at) => count + (at === reference ? 0 : 1), 0) / rows,
    })),
    Float64Array.from({ length: rows }, (_, row) => qualityOf(row, reference)),
    { levels: LEVELS, delta, seed },
  )
}
