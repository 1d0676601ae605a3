/**
 * Fits a pool estimator (estimate/pool.ts) by any method: its predictor once per fold and once on all rows, then each model's quality on the
 * out-of-fold readings, as train.ts does for a pair. Also gives every training row estimates that have not seen it: quality levels, and what is
 * learned after an answer (fit-pool-answers.ts), must not learn from estimates that know the row.
 */
import type { EncoderSpec } from '../contract/features.ts'
import type { Seen, View } from '../estimate/components.ts'
import { predictCosts, toQuality, type PoolCosts, type PoolParameters } from '../estimate/pool.ts'
import { predictorKind } from '../estimate/predictors.ts'
import { readView, toStoredView } from '../estimate/stored-view.ts'
import { fitForest } from '../math/extra-trees.ts'
import { fitRidgeLogistic, type RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { createRng } from '../math/rng.ts'
import { fitFamiliarity, type FittedFamiliarity } from './fit-familiarity.ts'
import { fitView } from './fit-view.ts'
import { assignFolds } from './folds.ts'
import type { PoolExample } from './pool-examples.ts'
import { createPoolSet, type FitPredictor, type FitPredictorOptions, type PoolSet } from './pool-set.ts'
import { selectInversePenalty } from './select-penalty.ts'

export const POOL_FOLDS: number = 4
/** As in fit-qualities.ts. */
const RIDGE = 0.1
/** Costs follow length smoothly: fewer trees do. */
const COST_TREES = 20

export interface PoolFit {
  readonly parameters: PoolParameters
  /** Rows x models, row-major: quality estimates of each training row by fits that have not seen it. */
  readonly qualities: Float64Array
  /** The same of strengths, where the method reads them; null: others. */
  readonly strengths: Float64Array | null
  /** The same of costs, USD; null as PoolParameters.costs. */
  readonly costsUsd: Float64Array | null
  /** Fold of each row, 0 … POOL_FOLDS - 1. */
  readonly foldOf: Uint8Array
}

export interface PoolMethodFit {
  /** Of its predictor (estimate/predictors.ts). */
  readonly name: string
  readonly fit: FitPredictor
}

export interface PoolFitOptions {
  readonly models: readonly string[]
  readonly spec: EncoderSpec
  readonly seed: number
}

/** What all methods learn from: made once, whichever are fitted. */
export interface PoolGround {
  readonly set: PoolSet
  readonly foldOf: Uint8Array
  readonly options: FitPredictorOptions
  /** One per fold, then that of all rows; null when a call was not metered. */
  readonly costs: readonly PoolCosts[] | null
  readonly familiarity: FittedFamiliarity
}

export function createPoolGround(examples: readonly PoolExample[], options: PoolFitOptions): PoolGround {
  const { seed } = options
  const set = createPoolSet(examples, seeAsStored(examples, options), options)
  const foldOf = assignFolds(
    examples.map(({ textKey }) => textKey),
    POOL_FOLDS,
    createRng(seed),
  )
  // One penalty for all: the first and the last model, cheap and dear, stand for the others.
  const [smallQualities = new Float64Array()] = set.targets
  const largeQualities = set.targets.at(-1) ?? smallQualities
  const inversePenalty = selectInversePenalty(
    { text: set.text, smallQualities, largeQualities },
    foldOf,
    seed,
  )
  const parts = [...Array.from({ length: POOL_FOLDS }, (_, fold) => rowsOutside(foldOf, fold)), allRows(set)]
  const costs = parts.flatMap((rows) => fitCosts(set, rows, seed) ?? [])
  return {
    set,
    foldOf,
    options: { seed, inversePenalty },
    costs: costs.length === 0 ? null : costs,
    familiarity: fitFamiliarity(
      examples.map(({ features }) => features),
      set.view.weighting,
    ),
  }
}

/** The view as an artifact gives it back, so that columns mean the same before and after saving. */
function seeAsStored(examples: readonly PoolExample[], { spec, seed }: PoolFitOptions): View {
  const view = fitView(
    examples.map(({ features }) => features),
    spec,
    createRng(seed),
  )
  return readView(toStoredView(view) as unknown as Readonly<Record<string, unknown>>, spec)
}

/** `onFold`: called before each fit, the last time for all rows. Cost: that of the method's fit, POOL_FOLDS + 1 times. */
export async function fitPool(
  { set, foldOf, options, costs, familiarity: { familiarity } }: PoolGround,
  { name, fit }: PoolMethodFit,
  onFold: (fold: number) => void | Promise<void> = () => undefined,
): Promise<PoolFit> {
  const { models, view, seen, targets } = set
  const kind = predictorKind(name)
  const readings: (readonly (readonly number[])[])[] = []
  const costsUsd = costs === null ? null : new Float64Array(seen.length * models.length)
  for (let fold = 0; fold < POOL_FOLDS; fold++) {
    await onFold(fold)
    const predictor = kind.create(fit(set, rowsOutside(foldOf, fold), options), { models, view })
    for (const [row, one] of seen.entries()) {
      if (foldOf[row] !== fold) continue
      readings[row] = predictor.read(one).map((reading) => [...reading])
      if (costs === null) continue
      costsUsd?.set(predictCosts(costs[fold] as PoolCosts, one, predictor), row * models.length)
    }
  }
  await onFold(POOL_FOLDS)
  const rows = allRows(set)
  const fits = (isUsed: (row: number) => boolean): readonly RidgeLogisticFit[] =>
    targets.map((target, model) => fitQuality({ readings, target, model }, rows.filter(isUsed)))
  return {
    parameters: {
      models,
      view,
      predictor: { name, parameters: fit(set, rows, options) },
      qualities: fits(() => true),
      costs: costs?.at(-1) ?? null,
      familiarity,
    },
    qualities: crossFit({ readings, foldOf, models: models.length }, fits),
    strengths:
      kind.readsStrengths === true
        ? Float64Array.from(readings.flatMap((reading) => reading.map(([strength = 0]) => strength)))
        : null,
    costsUsd,
    foldOf,
  }
}

function allRows({ seen }: { readonly seen: readonly Seen[] }): number[] {
  return [...seen.keys()]
}

function rowsOutside(foldOf: Uint8Array, fold: number): number[] {
  return [...foldOf.keys()].filter((row) => foldOf[row] !== fold)
}

function fitCosts(set: PoolSet, rows: readonly number[], seed: number): PoolCosts | null {
  const { relativeCosts, meansUsd, dense, columns, models } = set
  if (relativeCosts === null) return null
  const forest = fitForest({ x: dense, columns, y: relativeCosts, targets: models.length }, rows, {
    trees: COST_TREES,
    candidates: 15,
    minLeafRows: 12,
    rng: createRng(seed),
  })
  return { meansUsd, forest }
}

interface QualityRows {
  readonly readings: readonly (readonly (readonly number[])[])[]
  readonly target: Float64Array
  readonly model: number
}

function fitQuality({ readings, target, model }: QualityRows, rows: readonly number[]): RidgeLogisticFit {
  const count = readings[0]?.[model]?.length ?? 0
  const columns = Array.from({ length: count }, (_, j) =>
    Float64Array.from(rows, (row) => readings[row]?.[model]?.[j] ?? 0),
  )
  return fitRidgeLogistic(
    columns,
    Float64Array.from(rows, (row) => target[row] ?? 0),
    RIDGE,
  )
}

interface CrossFitting {
  readonly readings: QualityRows['readings']
  readonly foldOf: Uint8Array
  readonly models: number
}

function crossFit(
  { readings, foldOf, models }: CrossFitting,
  fits: (isUsed: (row: number) => boolean) => readonly RidgeLogisticFit[],
): Float64Array {
  const qualities = new Float64Array(foldOf.length * models)
  for (let fold = 0; fold < POOL_FOLDS; fold++) {
    const fitted = fits((row) => foldOf[row] !== fold)
    readings.forEach((reading, row) => {
      if (foldOf[row] !== fold) return
      reading.forEach((one, j) => (qualities[row * models + j] = toQuality(one, fitted[j])))
    })
  }
  return qualities
}
