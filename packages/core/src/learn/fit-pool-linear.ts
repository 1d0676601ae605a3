/**
 * Fits the linear readers of a pool (estimate/pool-linear.ts): one logistic regression per model, whose labels are its qualities, soft as they are.
 */
import type { PoolLinear } from '../estimate/pool-linear.ts'
import { createRng } from '../math/rng.ts'
import { fitSoftLogistic } from '../math/soft-logistic.ts'
import { SOLVER } from './fit-components.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitPoolLinear(
  { text, targets }: Pick<PoolSet, 'text' | 'targets'>,
  rows: readonly number[],
  { seed, inversePenalty }: FitPredictorOptions,
): PoolLinear {
  const width = targets.length
  const fits = targets.map((labels) =>
    fitSoftLogistic({ matrix: text, labels, rows }, { inversePenalty, ...SOLVER, rng: createRng(seed) }),
  )
  const weights = new Float32Array(text.columns * width)
  fits.forEach((fit, j) => fit.weights.forEach((weight, column) => (weights[column * width + j] = weight)))
  return { weights, biases: Float32Array.from(fits, ({ bias }) => bias) }
}
