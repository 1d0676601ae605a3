/**
 * Matrix factorisation: how strong every model is on a query, learned from which of two answers was preferred.
 *
 *   strength_M(q) = c . ( v_M / |v_M| * W e_q )         P(i is preferred to j | q) = sigmoid(strength_i(q) - strength_j(q))
 *
 * e_q is the query's embedding and a constant 1, W projects it, v_M and c are learned; none has a bias. Serving needs only the product of the learned parts, one
 * vector u_M = W' (c * v_M / |v_M|) per model: strength_M(q) = u_M . e_q.
 *
 * Source: RouteLLM, arXiv:2406.18665 section 4.2, and its public code. Departures, with their reasons, in docs/methods/routellm.md.
 */
import { missing } from '../contract/stored-fields.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface MfParameters {
  /** Models x (rank + 1), row-major: u_M, the constant's part last. */
  readonly vectors: Float32Array
}

export const mf: PredictorKind = {
  ...createKind('mf', (parameters, shape) => createMfPredictor(parameters as MfParameters, shape)),
  readsStrengths: true,
}

function createMfPredictor({ vectors }: MfParameters, { models, view }: PoolShape): Predictor {
  const { rank } = view
  const width = rank + 1
  if (vectors.length !== models.length * width) throw missing('predictor.mf')
  return {
    read: ({ embedding }) =>
      models.map((_, j) => {
        let strength = vectors[j * width + rank] ?? 0
        for (let c = 0; c < rank; c++) strength += (vectors[j * width + c] ?? 0) * (embedding[c] ?? 0)
        return [strength]
      }),
  }
}
