/**
 * MetaLLM's arms for a pool: of every model the reward of its answer, linear in the query's embedding by ridge regression.
 *
 *   read_j = theta_j . (embedding, 1)
 *
 * Source: MetaLLM, arXiv:2407.10834: reward = correct - p * price / largest price, arms as in LinUCB, in its public runs without bonus or updates, which
 * is a ridge regression per arm. Departures: the reward learned here is the quality alone (p = 0); the policy subtracts the cost, weighted as asked, which
 * for a linear arm with a fixed price comes to the same. The readings are calibrated like every method's. Learning while serving is not here.
 */
import { missing } from '../contract/stored-fields.ts'
import { createKind, type PredictorKind } from './predictor.ts'

export interface RidgeParameters {
  /** Models x (rank + 1), row-major; the last of each is the constant's. */
  readonly weights: Float32Array
}

export const ridge: PredictorKind = createKind('ridge', (parameters, { models, view }) => {
  const { weights } = parameters as RidgeParameters
  const dimension = view.rank + 1
  if (weights.length !== models.length * dimension) throw missing('predictor.ridge.weights')
  return {
    read: ({ embedding }) =>
      models.map((_, j) => {
        const at = j * dimension
        let sum = weights[at + view.rank] ?? 0
        for (let c = 0; c < view.rank; c++) sum += (weights[at + c] ?? 0) * (embedding[c] ?? 0)
        return [sum]
      }),
  }
})
