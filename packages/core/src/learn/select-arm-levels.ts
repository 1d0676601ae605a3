/**
 * Quality levels of best-of-n: its family of settings is the price of money, from where money does not count to where nothing else does
 * (select-family-levels.ts). The sequence does not depend on the rows; the rows' predictions are cross-fitted.
 */
import type { Mode, OperatingPoint } from '../contract/decision.ts'
import { chooseArm, priceArms, type BestOfNPolicyOptions } from '../decide/best-of-n.ts'
import type { ArmPrediction } from '../estimate/best-of-n.ts'
import type { ArmExample, FittedArms } from './fit-best-of-n.ts'
import { selectFamilyLevels, type FamilyLevelsOptions, type FamilySetting } from './select-family-levels.ts'

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

export interface ArmLevelsOptions extends FamilyLevelsOptions {
  readonly policy: Pick<BestOfNPolicyOptions, 'reference' | 'uses' | 'rule' | 'unitUsd'>
}

/** Thresholds never fall as the level rises. */
export function selectArmLevels(
  fitted: Pick<FittedArms, 'parameters' | 'examples' | 'crossFitted' | 'isUnfamiliar'>,
  { policy, ...options }: ArmLevelsOptions,
): Record<Mode, OperatingPoint[]> {
  return selectFamilyLevels(
    ARM_THRESHOLDS.map((threshold) => follow(fitted, threshold, policy)),
    fitted.examples.map(({ referenceQuality }) => referenceQuality),
    options,
  )
}

function follow(
  { parameters: { arms }, examples, crossFitted, isUnfamiliar }: Parameters<typeof selectArmLevels>[0],
  threshold: number,
  policy: ArmLevelsOptions['policy'],
): FamilySetting {
  let kept = 0
  const qualities = examples.map((example, row) => {
    if (isUnfamiliar[row] === true) return example.referenceQuality
    const chosen = chooseFor(example, { arms, predictions: crossFitted[row] ?? [], threshold, policy })
    if (chosen < 0) return example.referenceQuality
    kept += 1
    return example.qualities[chosen] ?? 0
  })
  return { threshold, qualities, share: kept / examples.length }
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
