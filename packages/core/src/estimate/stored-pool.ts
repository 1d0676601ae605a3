/**
 * The pool estimator's parameters as an artifact stores them. Text and trees may be rounded (stored-view.ts, the predictor's own file); decisions are
 * made from the stored form only, so that they are the same before and after saving.
 */
import type { EncoderSpec } from '../contract/features.ts'
import { missing, number, numbers, record } from '../contract/stored-fields.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import type { Familiarity } from './familiarity.ts'
import type { PoolCosts, PoolParameters } from './pool.ts'
import { predictorKind } from './predictors.ts'
import { readFamiliarity } from './stored-blend.ts'
import { fromStoredForest, toStoredForest, type StoredForest } from './stored-forest.ts'
import { readView, toStoredView, type StoredView } from './stored-view.ts'

export interface StoredPool {
  readonly models: readonly string[]
  readonly view: StoredView
  readonly predictor: { readonly name: string; readonly parameters: unknown }
  readonly qualities: readonly RidgeLogisticFit[]
  readonly costs: { readonly meansUsd: readonly number[]; readonly forest: StoredForest } | null
  readonly familiarity: Familiarity | null
}

export function toStoredPool(parameters: PoolParameters): StoredPool {
  const { models, view, predictor, qualities, costs, familiarity } = parameters
  const { name } = predictor
  return {
    models,
    view: toStoredView(view),
    predictor: { name, parameters: predictorKind(name).toStored(predictor.parameters, { models, view }) },
    qualities,
    costs: costs === null ? null : { meansUsd: costs.meansUsd, forest: toStoredForest(costs.forest) },
    familiarity,
  }
}

/** Throws `artifact.truncated` naming the field when something is missing or of the wrong length, `artifact.format_version` for an unknown predictor. */
export function fromStoredPool(stored: unknown, spec: EncoderSpec): PoolParameters {
  const root = record(stored, 'pool')
  const models = readModels(root['models'])
  const view = readView(record(root['view'], 'pool.view'), spec)
  const { qualities, familiarity = null } = root
  if (!Array.isArray(qualities) || qualities.length !== models.length) throw missing('pool.qualities')
  return {
    models,
    view,
    predictor: readPredictor(root, { models, view }),
    qualities: qualities.map(readQuality),
    costs: root['costs'] === null ? null : readCosts(record(root['costs'], 'pool.costs'), models.length),
    familiarity: familiarity === null ? null : readFamiliarity(record(familiarity, 'pool.familiarity')),
  }
}

/** Artifacts of 0.1.0 hold the blend's readers beside the view, without a name. */
function readPredictor(
  root: Readonly<Record<string, unknown>>,
  shape: Pick<PoolParameters, 'models' | 'view'>,
): PoolParameters['predictor'] {
  if (root['predictor'] === undefined)
    return { name: 'blend', parameters: predictorKind('blend').fromStored(root, shape) }
  const { name, parameters } = record(root['predictor'], 'pool.predictor')
  if (typeof name !== 'string') throw missing('pool.predictor')
  return { name, parameters: predictorKind(name).fromStored(parameters, shape) }
}

export function readModels(stored: unknown): readonly string[] {
  if (Array.isArray(stored) && stored.length > 0 && stored.every((one) => typeof one === 'string'))
    return stored
  throw missing('pool.models')
}

function readQuality(stored: unknown): RidgeLogisticFit {
  const { weights, bias } = record(stored, 'pool.qualities')
  const count = Array.isArray(weights) ? weights.length : -1
  return { weights: numbers(weights, 'pool.qualities', count), bias: number(bias, 'pool.qualities') }
}

function readCosts(stored: Readonly<Record<string, unknown>>, models: number): PoolCosts {
  return {
    meansUsd: numbers(stored['meansUsd'], 'pool.costs.meansUsd', models),
    forest: fromStoredForest(stored['forest'], models),
  }
}
