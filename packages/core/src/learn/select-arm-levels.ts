/**
 * Quality levels of best-of-n: for each level the threshold of a fixed sequence that saves most while the delivered quality keeps
 *
 *   E[Z] >= 0,   Z = E[quality of the chosen arm's answer] - level * quality of one answer of the reference
 *
 * `estimate`: the mean over the calibration rows. `promise`: Learn-then-Test, the sequence tested from the dearest to the cheapest until the first that
 * is not proven (arXiv:2110.01052 section 2.2; promise-test.ts). The sequence does not depend on the rows; the rows' predictions are cross-fitted.
 */
import type { Mode, OperatingPoint } from '../contract/decision.ts'
import { chooseArm, priceArms, type BestOfNPolicyOptions } from '../decide/best-of-n.ts'
import type { ArmPrediction } from '../estimate/best-of-n.ts'
import { createRng, shuffle } from '../math/rng.ts'
import type { ArmExample, FittedArms } from './fit-best-of-n.ts'
import { proveByBetting } from './promise-test.ts'

/** Steps of the sequence: a tenth of a unit of log price each. */
const STEPS = 100
/** Log prices: at e^-7 the whole cost of the reference weighs a thousandth of full quality, at e^3 twenty times as much. */
const LOG_PRICES = [-7, 3] as const

/** Descending from 1, where money does not count. */
export const ARM_THRESHOLDS: readonly number[] = [
  1,
  ...Array.from({ length: STEPS }, (_, i) => {
    const [least, greatest] = LOG_PRICES
    return 1 / (1 + Math.exp(least + ((greatest - least) * i) / (STEPS - 1)))
  }),
  0,
]

export interface ArmLevelsOptions {
  /** Ascending, each in (0, 1]. */
  readonly levels: readonly number[]
  /** Chance that a promise is broken. Range (0, 1). */
  readonly delta: number
  readonly seed: number
  readonly policy: Pick<BestOfNPolicyOptions, 'reference' | 'uses' | 'rule' | 'unitUsd'>
}

/** Thresholds never fall as the level rises. */
export function selectArmLevels(
  fitted: Pick<FittedArms, 'parameters' | 'examples' | 'crossFitted' | 'isUnfamiliar'>,
  { levels, delta, seed, policy }: ArmLevelsOptions,
): Record<Mode, OperatingPoint[]> {
  const order = shuffle(createRng(seed), [...fitted.examples.keys()])
  const reference = order.map((row) => fitted.examples[row]?.referenceQuality ?? 0)
  const steps = ARM_THRESHOLDS.map((threshold) => follow(fitted, order, { threshold, policy }))
  const allReference = mean(reference)
  const describe = (position: number): Omit<OperatingPoint, 'quality' | 'mode'> => {
    const step = steps[position]
    if (step === undefined) return { threshold: null, expectedCostAdvantage: 0, expectedQuality: 1 }
    return {
      threshold: ARM_THRESHOLDS[position] ?? null,
      expectedCostAdvantage: step.share,
      expectedQuality: allReference > 0 ? mean(step.qualities) / allReference : 1,
    }
  }
  const lastProven = (level: number): number => {
    const failed = steps.findIndex(({ qualities, share }) => {
      const values = Float64Array.from(qualities, (quality, i) => quality - level * (reference[i] ?? 0))
      return !proveByBetting({ values, level, keptFraction: share, delta })
    })
    return failed < 0 ? steps.length - 1 : failed - 1
  }
  let highest = steps.length - 1
  return {
    estimate: levels.map((quality) => ({
      quality,
      mode: 'estimate',
      ...describe(steps.findLastIndex((step) => mean(step.qualities) >= quality * allReference - 1e-12)),
    })),
    promise: levels.map((quality) => {
      highest = Math.min(highest, lastProven(quality))
      return { quality, mode: 'promise', ...describe(highest) }
    }),
  }
}

interface Step {
  /** Of each row, in betting order. */
  readonly qualities: readonly number[]
  /** Share of the rows not sent to the reference. */
  readonly share: number
}

function follow(
  { parameters: { arms }, examples, crossFitted, isUnfamiliar }: Parameters<typeof selectArmLevels>[0],
  order: readonly number[],
  { threshold, policy }: { readonly threshold: number; readonly policy: ArmLevelsOptions['policy'] },
): Step {
  let kept = 0
  const qualities = order.map((row) => {
    const example = examples[row]
    if (example === undefined) return 0
    if (isUnfamiliar[row] === true) return example.referenceQuality
    const chosen = chooseFor(example, { arms, predictions: crossFitted[row] ?? [], threshold, policy })
    if (chosen < 0) return example.referenceQuality
    kept += 1
    return example.qualities[chosen] ?? 0
  })
  return { qualities, share: kept / order.length }
}

interface Choosing {
  readonly arms: FittedArms['parameters']['arms']
  readonly predictions: readonly ArmPrediction[]
  readonly threshold: number
  readonly policy: ArmLevelsOptions['policy']
}

/** Position of the arm; -1: the reference. The candidates are the models alone: prices are in `uses`. */
function chooseFor({ query }: ArmExample, { arms, predictions, threshold, policy }: Choosing): number {
  const candidates = Object.keys(policy.uses).map((model) => ({ model }))
  const believed = predictions.map((prediction, i) => ({ ...(arms[i] ?? NO_ARM), ...prediction }))
  const priced = priceArms({ query, candidates, estimates: { pSmall: 0, arms: believed } }, policy)
  const arm = chooseArm(priced, { ...policy, threshold })
  return arms.findIndex(({ model, samples }) => model === arm?.model && samples === arm.samples)
}

const NO_ARM = { model: '', samples: 1 }

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
