/**
 * Strengths that are linear in a query's embedding: what mf.ts and p2l.ts learn, each in its own way.
 *
 *   strength_M(q) = u_M . (e_q, 1)
 */
import { missing } from '../contract/stored-fields.ts'
import type { PoolShape, Predictor } from './predictor.ts'

export interface LinearStrengths {
  /** Models x (rank + 1), row-major: u_M, the constant's part last. */
  readonly vectors: Float32Array
}

/** `parameters`: LinearStrengths. Throws `artifact.truncated` when they do not fit the pool. */
export function createStrengthReader(parameters: unknown, { models, view }: PoolShape): Predictor {
  const { vectors } = parameters as LinearStrengths
  const { rank } = view
  const width = rank + 1
  if (vectors.length !== models.length * width) throw missing('predictor.vectors')
  return {
    read: ({ embedding }) =>
      models.map((_, j) => {
        let strength = vectors[j * width + rank] ?? 0
        for (let c = 0; c < rank; c++) strength += (vectors[j * width + c] ?? 0) * (embedding[c] ?? 0)
        return [strength]
      }),
  }
}
