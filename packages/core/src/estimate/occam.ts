/**
 * OCCAM's estimate for a pool: the remembered queries are dealt into samples, and each sample's nearest one votes.
 *
 *   p_j(q) = mean over samples s of quality_j(nearest of s to q)        read: the log-odds of (sum of votes + m_j) / (samples + 1)
 *
 * One vote has no bias from far neighbours beyond its own distance, and the mean of many has a small variance. Source: OCCAM, arXiv:2406.04508, and
 * its authors' code (40 samples). Departures: cosine of weir's embedding instead of the largest difference between a classifier's outputs; the
 * model's mean m_j as one more vote, so that all or none is not certainty. The paper subtracts 5 deviations of the estimate's error, one number per
 * model: calibration would take it back here, so it belongs to the assignment (decide/assign.ts, `caution`).
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { roundQuery } from '../math/nearest.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface OccamParameters {
  /** Unit embeddings of remembered queries: a row each, sample after sample, all samples equally long. */
  readonly embeddings: RowTable
  /** Remembered queries x models, row-major. */
  readonly qualities: Float32Array
  /** One per model. */
  readonly means: Float32Array
  readonly samples: number
}

export const occam: PredictorKind = createKind('occam', (parameters, shape) =>
  createOccamPredictor(parameters as OccamParameters, shape),
)

export function createOccamPredictor(
  { embeddings, qualities, means, samples }: OccamParameters,
  { models }: PoolShape,
): Predictor {
  const width = models.length
  const remembered = embeddings.bytes.length / embeddings.width
  const size = remembered / samples
  if (qualities.length !== remembered * width || means.length !== width || !Number.isInteger(size))
    throw missing('predictor.occam')
  return {
    read({ embedding }) {
      const products = kernelOf(embeddings).dot(roundQuery(embedding), 0, remembered)
      const sums = Float64Array.from(means)
      for (let sample = 0; sample < samples; sample++) {
        const at = indexOfLargest(products, sample * size, size) * width
        for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + (qualities[at + j] ?? 0)
      }
      return Array.from(sums, (sum) => [logit(sum / (samples + 1))])
    },
  }
}

/** Of equal ones the first. */
function indexOfLargest(values: Int32Array, start: number, count: number): number {
  let best = start
  for (let i = start + 1; i < start + count; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i
  return best
}
