/**
 * Fits the linear readers of a pool (estimate/pool-linear.ts): one logistic regression per model, whose labels are its qualities, soft as they are.
 */
import type { PoolLinear } from '../estimate/pool-linear.ts'
import { createRng } from '../math/rng.ts'
import { fitSoftLogistics } from '../math/soft-logistic.ts'
import { SOLVER } from './fit-components.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

export function fitPoolLinear(
  { text, targets }: Pick<PoolSet, 'text' | 'targets'>,
  rows: readonly number[],
  { seed, inversePenalty }: FitPredictorOptions,
): PoolLinear {
  const { weights, biases } = fitSoftLogistics(
    { matrix: text, labels: targets, rows },
    { inversePenalty, ...SOLVER, rng: createRng(seed) },
  )
  return { weights, biases: Float32Array.from(biases) }
}
