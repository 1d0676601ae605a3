/**
 * Cluster table for a pool: alike queries are grouped without labels, and a table knows how good each model is in each group. A query belongs to
 * the groups around it by how near their centres are:
 *
 *   quality_j(q) = sum_c w_c mean_cj,   w_c = softmax over the NEAREST nearest centres of cosine(q, c) / TEMPERATURE
 *
 * Sources: Avengers, arXiv:2505.19797 (k-means on embeddings, scores per cluster); UniRoute, arXiv:2502.08773 (a model is the vector of its
 * quality per cluster, so that one is added by answering a few queries of each). Departures: means are shrunken towards the model's mean; soft
 * weights, so that a query between two groups is not left to chance.
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { findNearest } from '../math/nearest.ts'
import type { RowTable } from '../math/row-table.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface ClusterParameters {
  /** Unit vectors: a row each. */
  readonly centres: RowTable
  /** Clusters x models, row-major: shrunken means. */
  readonly qualities: Float32Array
  /** Mean quality, one per model: what a query is given that is near no centre. */
  readonly means: Float32Array
}

const NEAREST = 4
const TEMPERATURE = 0.1

export const clusters: PredictorKind = createKind('clusters', (parameters, shape) =>
  createClusterPredictor(parameters as ClusterParameters, shape),
)

export function createClusterPredictor(
  { centres, qualities, means }: ClusterParameters,
  { models }: PoolShape,
): Predictor {
  const width = models.length
  const count = centres.bytes.length / centres.width
  if (qualities.length !== count * width || means.length !== width) throw missing('predictor.clusters')
  return {
    read({ embedding }) {
      const { cosines, rows, size } = findNearest(centres, embedding, NEAREST)
      const nearest = cosines[0] ?? 0
      const sums = new Float64Array(width)
      let total = 0
      for (let i = 0; i < size; i++) {
        const weight = Math.exp(((cosines[i] ?? 0) - nearest) / TEMPERATURE)
        const at = (rows[i] ?? 0) * width
        total += weight
        for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + weight * (qualities[at + j] ?? 0)
      }
      const expected = total > 0 ? sums.map((sum) => sum / total) : means
      return Array.from(expected, (quality) => [logit(quality)])
    },
  }
}
