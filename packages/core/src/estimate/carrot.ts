/**
 * CARROT's plug-in rule for a pool: quality *and* cost of every model are recalled from the same similar queries, and the rule trades one estimate for
 * the other.
 *
 *   choose the model with the largest  quality_j(q) - costWeight * cost_j(q)
 *
 * Source: CARROT, arXiv:2502.03261 (its nearest-neighbour variant), adapted: neighbours count by the cube of their cosine (memory.ts) and qualities are
 * calibrated like every method's. Where calls were not metered only qualities are recalled, and it is the same as knn.
 */
import { logit } from '../math/logistic.ts'
import type { Seen } from './components.ts'
import { createRecall, type Memory } from './memory.ts'
import { createKind, type PredictorKind } from './predictor.ts'

/** A remembered query holds the models' qualities, then, where all calls were metered, their costs as multiples of their means. */
export const carrot: PredictorKind = createKind('carrot', (parameters, { models }) => {
  const memory = parameters as Memory
  const width = models.length
  const isMetered = memory.means.length === 2 * width
  const recall = createRecall(memory, isMetered ? 2 * width : width)
  // Qualities and costs of a query are asked one after the other.
  let last: { readonly seen: Seen; readonly values: Float64Array } | undefined
  const recallOnce = (seen: Seen): Float64Array => {
    if (last?.seen !== seen) last = { seen, values: recall(seen.embedding) }
    return last.values
  }
  return {
    read: (seen) => Array.from(recallOnce(seen).subarray(0, width), (quality) => [logit(quality)]),
    ...(isMetered ? { readCosts: (seen) => recallOnce(seen).subarray(width) } : {}),
  }
})
