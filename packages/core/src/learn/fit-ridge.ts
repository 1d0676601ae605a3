/**
 * Fits MetaLLM's arms (estimate/ridge.ts). Every training row has the reward of every arm, so the arms share what is inverted.
 */
import type { RidgeParameters } from '../estimate/ridge.ts'
import { createRidgeArm } from '../math/ridge-arm.ts'
import type { PoolSet } from './pool-set.ts'

/** The authors' public default. */
const REGULARISATION = 12.94

export function fitRidge(
  { dense, columns, rank, qualities, models }: PoolSet,
  rows: readonly number[],
): RidgeParameters {
  const width = models.length
  const arm = createRidgeArm({ dimension: rank + 1, targets: width, regularisation: REGULARISATION })
  const x = new Float64Array(rank + 1)
  x[rank] = 1
  for (const row of rows) {
    x.set(dense.subarray(row * columns, row * columns + rank))
    arm.update(x, qualities.subarray(row * width, (row + 1) * width))
  }
  const weights = new Float32Array(width * (rank + 1))
  arm.weights().forEach((one, j) => weights.set(one, j * (rank + 1)))
  return { weights }
}
