/**
 * Fits shares (estimate/shares.ts) to labels (pool-labels.ts): the cross-entropy of label and share, which for given labels is the divergence that
 * ZOOTER distils with.
 */
import type { PoolLinear } from '../estimate/pool-linear.ts'
import { createRng } from '../math/rng.ts'
import { fitSoftmax } from '../math/softmax-regression.ts'
import { cheapestLabel, rewardLabels, softLabel } from './pool-labels.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

/** Of soft labels, in units of quality: a model that is right where another is wrong gets e^(1 / 0.5), some seven times its share. */
const TEMPERATURE = 0.5
/** Of a row's own reward against its task type's: single rewards of right or wrong are mostly noise. */
const REWARD_WEIGHT = 0.5
/** A quality that is good enough. */
const BAR = 0.5

/** Soft labels of the qualities. */
export function fitSoft(set: PoolSet, rows: readonly number[], options: FitPredictorOptions): PoolLinear {
  const labels = rows.map((row) => softLabel(qualitiesOf(set, row), TEMPERATURE))
  return fitShares(set, { rows, labels }, options)
}

/** Normalised rewards, steadied by those of the row's task type. */
export function fitZooter(set: PoolSet, rows: readonly number[], options: FitPredictorOptions): PoolLinear {
  const { qualities, models, types } = set
  const labels = rewardLabels(
    { qualities, models: models.length, typeOf: types.typeOf, weight: REWARD_WEIGHT },
    rows,
  )
  return fitShares(set, { rows, labels }, options)
}

/** The cheapest model that is good enough. */
export function fitCheapest(set: PoolSet, rows: readonly number[], options: FitPredictorOptions): PoolLinear {
  const labels = rows.map((row) => cheapestLabel(qualitiesOf(set, row), BAR))
  return fitShares(set, { rows, labels }, options)
}

function qualitiesOf({ qualities, models }: PoolSet, row: number): Float64Array {
  return qualities.subarray(row * models.length, (row + 1) * models.length)
}

interface Labelled {
  readonly rows: readonly number[]
  /** One per entry of `rows`. */
  readonly labels: readonly Float64Array[]
}

function fitShares(
  { text, models }: PoolSet,
  { rows, labels }: Labelled,
  { seed }: Pick<FitPredictorOptions, 'seed'>,
): PoolLinear {
  const width = models.length
  const shares = new Float32Array(text.rows * width)
  rows.forEach((row, i) => shares.set(labels[i] ?? [], row * width))
  const { weights, bias } = fitSoftmax(
    { matrix: text, shares, rows },
    { classes: width, epochs: 5, stepSize: 1, rng: createRng(seed) },
  )
  return { weights, biases: bias }
}
