/**
 * k nearest neighbours for a pool: a model is expected to do as well as it did on the most similar remembered queries (memory.ts).
 *
 *   read_j = logit(recalled quality_j)
 *
 * Sources: RouterBench, arXiv:2403.12031 section 4 (kNN router); RouterEval, arXiv:2503.10657; TensorOpera Router, arXiv:2408.12320. Departures:
 * neighbours count by the cube of their cosine instead of equally, and the model's mean is one more of them.
 */
import { logit } from '../math/logistic.ts'
import { createRecall, type Memory } from './memory.ts'
import { createKind, type PredictorKind } from './predictor.ts'

export const knn: PredictorKind = createKind('knn', (parameters, { models }) => {
  const recall = createRecall(parameters as Memory, models.length)
  return { read: ({ embedding }) => Array.from(recall(embedding), (quality) => [logit(quality)]) }
})
