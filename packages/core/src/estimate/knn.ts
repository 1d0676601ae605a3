/**
 * k nearest neighbours for a pool: a model is expected to do as well as it did on the most similar remembered queries.
 *
 *   quality_j(q) = (m_j + sum_i w_i quality_ij) / (1 + sum_i w_i),   w_i = cosine(q, i)^3 over the NEIGHBOURS nearest with a cosine above 0
 *
 * Sources: RouterBench, arXiv:2403.12031 section 4 (kNN router); RouterEval, arXiv:2503.10657; TensorOpera Router, arXiv:2408.12320. Departures:
 * weights, and the model's mean m_j as one more neighbour, so that a query without near ones is not left to chance.
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { findNearest } from '../math/nearest.ts'
import type { RowTable } from '../math/row-table.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface KnnParameters {
  /** Unit embeddings of remembered queries: a row each. */
  readonly embeddings: RowTable
  /** Remembered queries x models, row-major. */
  readonly qualities: Float32Array
  /** One per model. */
  readonly means: Float32Array
}

/** Neighbours that vote: between the best of narrow sets (100) and of mixed ones (30), as in the pair's blend. */
const NEIGHBOURS = 60

export const knn: PredictorKind = createKind('knn', (parameters, shape) =>
  createKnnPredictor(parameters as KnnParameters, shape),
)

export function createKnnPredictor(
  { embeddings, qualities, means }: KnnParameters,
  { models }: PoolShape,
): Predictor {
  const width = models.length
  const remembered = embeddings.bytes.length / embeddings.width
  if (qualities.length !== remembered * width || means.length !== width) throw missing('predictor.knn')
  return {
    read({ embedding }) {
      const { cosines, rows, size } = findNearest(embeddings, embedding, NEIGHBOURS)
      const sums = Float64Array.from(means)
      let total = 1
      for (let i = 0; i < size; i++) {
        const weight = (cosines[i] ?? 0) ** 3
        const at = (rows[i] ?? 0) * width
        total += weight
        for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + weight * (qualities[at + j] ?? 0)
      }
      return Array.from(sums, (sum) => [logit(sum / total)])
    },
  }
}
