/**
 * Measures the traits of models (estimate/traits.ts) on labelled queries. Every number is shrunken, so that a few dozen queries do:
 *
 *   mean_j     = (sum_i quality_ij + W prior) / (n + W)                    prior: mean quality of the pool
 *   byType_jt  = (sum_i P(t | i) quality_ij + W mean_j) / (sum_i P(t | i) + W)
 *   edges_j    = sum_i e_i (quality_ij - mean_j) / (n + EDGE_WEIGHT)
 */
import type { Traits } from '../estimate/traits.ts'
import { logit } from '../math/logistic.ts'

/** Queries that a prior is worth; the error of a mean of 50 is least near 10 (systems.md R4). */
const WEIGHT = 10
/** Queries at which a direction's mean is believed by half. */
const EDGE_WEIGHT = 200

/** Labelled queries as models are measured on them: one entry per query. */
export interface Answered {
  /** Queries x types: the tagger's probabilities. */
  readonly tags: Float32Array
  readonly types: number
  /** Queries x rank: unit embeddings. */
  readonly embeddings: Float32Array
  readonly rank: number
  /** Quality of each model, one number per query. */
  readonly targets: readonly ArrayLike<number>[]
}

export interface Measuring {
  readonly queries: readonly number[]
  /** Mean quality of the pool. */
  readonly prior: number
  /** `ability`: logit of the mean in every direction. `edges`: the directions in which the model does better. */
  readonly message: 'ability' | 'edges'
}

/** Of all models, in the order of `targets`. */
export function measureTraits(answered: Answered, measuring: Measuring): Traits {
  const { targets, types, rank } = answered
  const traits: Traits = {
    means: new Float32Array(targets.length),
    byType: new Float32Array(targets.length * types),
    messages: new Float32Array(targets.length * rank),
  }
  targets.forEach((qualities, j) => {
    const mean = measureMean(qualities, measuring)
    traits.means[j] = mean
    traits.byType.set(measureTypes(answered, qualities, { ...measuring, mean }), j * types)
    const message = traits.messages.subarray(j * rank, (j + 1) * rank)
    if (measuring.message === 'ability') message.fill(logit(mean))
    else message.set(measureEdges(answered, qualities, { ...measuring, mean }))
  })
  return traits
}

function measureMean(qualities: ArrayLike<number>, { queries, prior }: Measuring): number {
  const sum = queries.reduce((total, i) => total + (qualities[i] ?? 0), 0)
  return (sum + WEIGHT * prior) / (queries.length + WEIGHT)
}

type WithMean = Measuring & { readonly mean: number }

function measureTypes(
  { tags, types }: Answered,
  qualities: ArrayLike<number>,
  { queries, mean }: WithMean,
): Float64Array {
  const sums = new Float64Array(types).fill(WEIGHT * mean)
  const sizes = new Float64Array(types).fill(WEIGHT)
  for (const i of queries) {
    for (let t = 0; t < types; t++) {
      const p = tags[i * types + t] ?? 0
      sums[t] = (sums[t] ?? 0) + p * (qualities[i] ?? 0)
      sizes[t] = (sizes[t] ?? 0) + p
    }
  }
  return sums.map((sum, t) => sum / (sizes[t] ?? 1))
}

function measureEdges(
  { embeddings, rank }: Answered,
  qualities: ArrayLike<number>,
  { queries, mean }: WithMean,
): Float64Array {
  const sums = new Float64Array(rank)
  for (const i of queries) {
    const surprise = (qualities[i] ?? 0) - mean
    for (let c = 0; c < rank; c++) sums[c] = (sums[c] ?? 0) + surprise * (embeddings[i * rank + c] ?? 0)
  }
  return sums.map((sum) => sum / (queries.length + EDGE_WEIGHT))
}
