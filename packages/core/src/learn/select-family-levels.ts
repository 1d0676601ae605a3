/**
 * Quality levels of a policy whose settings form one sequence, from dear to cheap: for each level the cheapest setting that keeps
 *
 *   E[Z] >= 0,   Z = quality of the answer given - level * quality of the reference's answer
 *
 * `estimate`: the mean over the calibration rows. `promise`: Learn-then-Test, the sequence tested from the dearest setting to the cheapest, each
 * at level delta, until the first that is not proven (arXiv:2110.01052 section 2.2; promise-test.ts). The sequence must not depend on the rows,
 * and what a setting does on a row must not have seen the row's qualities.
 */
import type { Mode, OperatingPoint } from '../contract/decision.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { proveByBetting } from './promise-test.ts'

/** One setting on the calibration rows. */
export interface FamilySetting {
  /** Names the setting; falls from dear to cheap. Range [0, 1]. */
  readonly threshold: number
  /** Quality of the answer given, one per row. */
  readonly qualities: ArrayLike<number>
  /** Share of the rows not answered by the reference. Range [0, 1]. */
  readonly share: number
}

export interface FamilyLevelsOptions {
  /** Ascending, each in (0, 1]. */
  readonly levels: readonly number[]
  /** Chance that a promise is broken. Range (0, 1). */
  readonly delta: number
  /** Order in which the rows are bet on. */
  readonly seed: number
}

/** `reference`: quality of the reference's answer, one per row. Thresholds never fall as the level rises. O(levels * settings * rows) at most. */
export function selectFamilyLevels(
  settings: readonly FamilySetting[],
  reference: ArrayLike<number>,
  { levels, delta, seed }: FamilyLevelsOptions,
): Record<Mode, OperatingPoint[]> {
  const order = shuffle(
    createRng(seed),
    Array.from(reference, (_, row) => row),
  )
  const bet = inOrder(reference, order)
  const answers = settings.map(({ qualities }) => inOrder(qualities, order))
  const isRepeated = answers.map((one, i) => i > 0 && isEqual(one, answers[i - 1]))
  const allReference = mean(reference)
  const means = settings.map(({ qualities }) => mean(qualities))
  const describe = (position: number): Omit<OperatingPoint, 'quality' | 'mode'> => {
    const setting = settings[position]
    if (setting === undefined) return { threshold: null, expectedCostAdvantage: 0, expectedQuality: 1 }
    return {
      threshold: setting.threshold,
      expectedCostAdvantage: setting.share,
      expectedQuality: allReference > 0 ? (means[position] ?? 0) / allReference : 1,
    }
  }
  const lastProven = (level: number): number => {
    const failed = settings.findIndex(({ share: keptFraction }, i) => {
      // A setting that does as the one before it needs no proof of its own.
      if (isRepeated[i] === true) return false
      const values = gainsAt(level, answers[i] ?? new Float64Array(), bet)
      return !proveByBetting({ values, level, keptFraction, delta })
    })
    return failed < 0 ? settings.length - 1 : failed - 1
  }
  let highest = settings.length - 1
  return {
    estimate: levels.map((quality) => ({
      quality,
      mode: 'estimate',
      ...describe(means.findLastIndex((one) => one >= quality * allReference - 1e-12)),
    })),
    promise: levels.map((quality) => {
      highest = Math.min(highest, lastProven(quality))
      return { quality, mode: 'promise', ...describe(highest) }
    }),
  }
}

function inOrder(values: ArrayLike<number>, order: readonly number[]): Float64Array {
  return Float64Array.from(order, (row) => values[row] ?? 0)
}

function isEqual(one: Float64Array, other: Float64Array | undefined): boolean {
  return other !== undefined && one.every((value, i) => value === other[i])
}

/** Z of each row. A loop, since it runs for every level and setting. */
function gainsAt(level: number, answers: Float64Array, reference: Float64Array): Float64Array {
  const gains = new Float64Array(answers.length)
  for (let i = 0; i < gains.length; i++) gains[i] = (answers[i] ?? 0) - level * (reference[i] ?? 0)
  return gains
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / values.length
}
