/**
 * Arms: how likely the best of n answers of a model is at least as good as one answer of the reference, for every (model, n) at once.
 *
 *   readers         one encoder pass, one view; each says how good every arm's answer and the reference's will be:
 *                   text (linear), forest (trees over the text's main directions), surface (linear in length, digits, code, …)
 *   p(model, n)     that arm's combination of the three quality gaps, arm minus reference, calibrated: blend.ts
 *
 * Source: BEST-Route, arXiv:2506.22716 section 4.2, K x N light heads over one encoder. Departures: the encoder is weir's hashed text instead of
 * DeBERTa; heads read gaps of predicted qualities instead of the label alone, as a model's own quality is the far stronger signal.
 * Learned by learn/fit-best-of-n.ts.
 */
import type { ArmEstimate, Estimates, Estimator } from '../contract/estimate.ts'
import type { Features } from '../contract/features.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { sigmoid } from '../math/logistic.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { LinearFit } from '../math/soft-logistic.ts'
import type { SparseRow } from '../math/sparse.ts'
import { combine, combineRaw, type Combination } from './blend.ts'
import { createRoom, see, type Seen, type View } from './components.ts'
import { isUnfamiliar, type Familiarity } from './familiarity.ts'

/** Text, forest, surface. */
export const ARM_READERS = 3

export type Arm = Pick<ArmEstimate, 'model' | 'samples'>

/** Each has a target per arm, then one for the reference: expected quality. */
export interface ArmReaders {
  readonly text: readonly LinearFit[]
  readonly forest: Forest
  readonly surface: readonly RidgeLogisticFit[]
}

export interface ArmHead {
  /** To the chance that the arm is at least as good as one answer of the reference. */
  readonly combination: Combination
  /** To the expected gap: intercept + slope z, z of the combination. */
  readonly intercept: number
  /** Not negative. */
  readonly slope: number
}

export interface ArmParameters {
  /** The first one is what `pSmall` speaks of. */
  readonly arms: readonly Arm[]
  readonly view: View
  readonly readers: ArmReaders
  /** One per arm, over its readings. */
  readonly heads: readonly ArmHead[]
  readonly familiarity: Familiarity
}

export function createArmEstimator({ arms, view, readers, heads, familiarity }: ArmParameters): Estimator {
  const room = createRoom()
  return {
    name: 'best-of-n',
    estimate(features: Features): Estimates {
      const seen = see(features, view, room)
      const readings = readArms(readers, seen, view.rank)
      const estimates = arms.map((arm, i): ArmEstimate => {
        const head = heads[i]
        return { ...arm, ...(head === undefined ? UNKNOWN : predictArm(head, readings[i] ?? [])) }
      })
      return {
        pSmall: estimates[0]?.pGoodEnough ?? 0,
        isUnfamiliar: isUnfamiliar({ features, known: seen.known }, view.weighting, familiarity),
        arms: estimates,
      }
    },
  }
}

const UNKNOWN: ArmPrediction = { pGoodEnough: 0, gap: -1 }

export type ArmPrediction = Pick<ArmEstimate, 'pGoodEnough' | 'gap'>

export function predictArm(
  { combination, intercept, slope }: ArmHead,
  reading: readonly number[],
): ArmPrediction {
  const gap = intercept + slope * combineRaw(combination, reading)
  return { pGoodEnough: combine(combination, reading), gap: Math.max(-1, Math.min(1, gap)) }
}

/** Quality gap to the reference by text, forest and surface; one row per arm. `rank`: of the view; surface features follow it. */
export function readArms(
  { text, forest, surface }: ArmReaders,
  seen: Seen,
  rank: number,
): readonly (readonly number[])[] {
  const byText = text.map(({ weights, bias }) => sigmoid(dot(seen.text, weights) + bias))
  const byForest = predictForest(forest, seen.dense, 0)
  const shape = seen.dense.subarray(rank)
  const bySurface = surface.map(({ weights, bias }) =>
    sigmoid(weights.reduce((sum, weight, j) => sum + weight * (shape[j] ?? 0), bias)),
  )
  const reference = text.length - 1
  const gapOf = (qualities: ArrayLike<number>, arm: number): number =>
    (qualities[arm] ?? 0) - (qualities[reference] ?? 0)
  return text
    .slice(0, reference)
    .map((_, arm) => [gapOf(byText, arm), gapOf(byForest, arm), gapOf(bySurface, arm)])
}

function dot({ indices, values }: SparseRow, weights: Float32Array): number {
  let sum = 0
  for (let k = 0; k < indices.length; k++) sum += (values[k] ?? 0) * (weights[indices[k] ?? 0] ?? 0)
  return sum
}
