/**
 * Task-type table for a pool: a tagger reads the type of the query's task from its words, and a table knows how good each model is at each type.
 *
 *   quality_j(q) = sum_t P(t | words of q) mean_tj        mean_tj: shrunken towards the model's mean, m_j
 *   quality_j(q) = m_j                                    for a query without a known word
 *
 * Source: the subject router of Bench-CoE, arXiv:2412.04167. Departures: the table is weighted by the tagger's probabilities instead of by the
 * likeliest type alone, means are shrunken, and it says a quality of every model, where the paper names one expert.
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { predictTable, type PoolTable } from './pool-blend.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface TableParameters {
  readonly table: PoolTable
  /** Mean quality, one per model. */
  readonly means: Float32Array
}

export const table: PredictorKind = createKind('table', (parameters, shape) =>
  createTablePredictor(parameters as TableParameters, shape),
)

function createTablePredictor({ table, means }: TableParameters, { models }: PoolShape): Predictor {
  const width = models.length
  const { tagger, bias, qualities } = table
  if (means.length !== width || qualities.length !== width * bias.length || tagger.width !== bias.length)
    throw missing('predictor.table')
  return {
    read({ words }) {
      const expected = words.indices.length === 0 ? means : predictTable(table, words, width)
      return Array.from(expected, (quality) => [logit(quality)])
    },
  }
}
