/**
 * Arms (best-of-n.ts) as an artifact stores them. Lossy by rounding; decisions are made from the stored form only, so that they are the same
 * before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { packArray, unpackArray, type PackedArray } from '../contract/packed-array.ts'
import { missing, number, numbers, record } from '../contract/stored-fields.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { LinearFit } from '../math/soft-logistic.ts'
import { interleave } from '../math/sparse.ts'
import { ARM_READERS, type Arm, type ArmHead, type ArmParameters } from './best-of-n.ts'
import type { View } from './components.ts'
import type { Familiarity } from './familiarity.ts'
import { readCombination, readFamiliarity } from './stored-blend.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { gatherColumns, readView, spreadColumns, toStoredView, type StoredView } from './stored-view.ts'

export interface StoredArms extends StoredView {
  readonly arms: readonly Arm[]
  /** Weights of two targets side by side, by bucket: targets 0 and 1, 2 and 3, …; of an odd number the last stands with itself. */
  readonly text: { readonly weights: readonly PackedArray[]; readonly biases: readonly number[] }
  readonly forest: StoredForest
  readonly surface: readonly RidgeLogisticFit[]
  readonly heads: readonly ArmHead[]
  readonly familiarity: Familiarity
}

export function toStoredArms({ arms, view, readers, heads, familiarity }: ArmParameters): StoredArms {
  const { text, forest, surface } = readers
  const pairs = text.flatMap((first, i) =>
    i % 2 === 0 ? [interleave(first.weights, (text[i + 1] ?? first).weights)] : [],
  )
  return {
    ...toStoredView(view),
    arms,
    text: {
      weights: pairs.map((pair) => packArray(spreadColumns(pair, view.weighting), 'int8')),
      biases: text.map(({ bias }) => bias),
    },
    forest: toStoredForest(forest),
    surface,
    heads,
    familiarity,
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length. */
export function fromStoredArms(stored: unknown, spec: EncoderSpec): ArmParameters {
  const root = record(stored, 'arms')
  const view = readView(root, spec)
  const arms = list(root['arms'], 'arms').map((one) => readArm(record(one, 'arms')))
  const targets = arms.length + 1
  const surface = list(root['surface'], 'surface').map((one) => readSurface(one, spec.surface.length))
  const heads = list(root['heads'], 'heads').map((one) => readHead(record(one, 'heads')))
  if (surface.length !== targets) throw missing('surface')
  if (heads.length !== arms.length) throw missing('heads')
  return {
    arms,
    view,
    readers: {
      text: readText(record(root['text'], 'text'), view, targets),
      forest: fromStoredForest(root['forest'], targets),
      surface,
    },
    heads,
    familiarity: readFamiliarity(record(root['familiarity'], 'familiarity')),
  }
}

function readArm({ model, samples }: Readonly<Record<string, unknown>>): Arm {
  if (typeof model !== 'string') throw missing('arms.model')
  return { model, samples: number(samples, 'arms.samples') }
}

function readText(
  { weights, biases }: Readonly<Record<string, unknown>>,
  view: View,
  targets: number,
): LinearFit[] {
  const pairs = list(weights, 'text.weights').map((one) =>
    gatherColumns(unpackArray(one, 'text.weights'), view.weighting),
  )
  return numbers(biases, 'text.biases', targets).map((bias, target) => {
    const pair = pairs[target >> 1]
    if (pair === undefined) throw missing('text.weights')
    return { bias, weights: pair.filter((_, i) => i % 2 === target % 2) }
  })
}

function readSurface(stored: unknown, columns: number): RidgeLogisticFit {
  const { weights, bias } = record(stored, 'surface')
  return { weights: numbers(weights, 'surface.weights', columns), bias: number(bias, 'surface.bias') }
}

function readHead({ combination, intercept, slope }: Readonly<Record<string, unknown>>): ArmHead {
  return {
    combination: readCombination(record(combination, 'heads.combination'), ARM_READERS),
    intercept: number(intercept, 'heads.intercept'),
    slope: number(slope, 'heads.slope'),
  }
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw missing(where)
}
