/**
 * Traits: a model is described by what it did on labelled queries, and one function, the same for all models, says from query and traits how good
 * the answer will be. A model that the function was not learned with needs traits only, and no learning:
 *
 *   read_j = bias + w_1 logit(sum_t P(t | q) byType_jt) + w_2 logit(mean_j) + sum_c e_c (u_c + v_c message_jc)
 *
 * e: the query's unit embedding; P(t | q): the tagger's probabilities over task types. What a message is tells capability.ts and graph.ts apart.
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { readTags, type PoolTable } from './pool-blend.ts'
import type { PoolShape, Predictor } from './predictor.ts'

/** Of one or several models, one after the other. */
export interface Traits {
  /** One per model: mean quality, shrunken. */
  readonly means: Float32Array
  /** Models x task types: the same of each type. */
  readonly byType: Float32Array
  /** Models x rank. */
  readonly messages: Float32Array
}

export interface TraitsParameters {
  readonly tags: Pick<PoolTable, 'tagger' | 'bias'>
  readonly traits: Traits
  /** Shared by all models: w_1, w_2, then u, then v. */
  readonly weights: Float32Array
  readonly bias: number
}

/** Weights that stand before those of the embedding. */
export const OVERALL = 2

export function createTraitsPredictor(
  { tags, traits, weights, bias }: TraitsParameters,
  { models, view: { rank } }: Pick<PoolShape, 'models'> & { readonly view: { readonly rank: number } },
): Predictor {
  const types = tags.bias.length
  const { means, byType, messages } = traits
  const isWhole =
    means.length === models.length &&
    byType.length === types * models.length &&
    messages.length === rank * models.length &&
    weights.length === OVERALL + 2 * rank &&
    tags.tagger.width === types
  if (!isWhole) throw missing('predictor.traits')
  return {
    read({ words, embedding }) {
      const p = readTags(tags, words)
      return models.map((_, j) => {
        let odds =
          bias + (weights[0] ?? 0) * logit(expectAt(byType, j, p)) + (weights[1] ?? 0) * logit(means[j] ?? 0)
        for (let c = 0; c < rank; c++) {
          const slope = (weights[OVERALL + rank + c] ?? 0) * (messages[j * rank + c] ?? 0)
          odds += (embedding[c] ?? 0) * ((weights[OVERALL + c] ?? 0) + slope)
        }
        return [odds]
      })
    },
  }
}

/** Mean of a model's qualities by type under the tagger's probabilities. */
export function expectAt(byType: Float32Array, model: number, p: ArrayLike<number>): number {
  let sum = 0
  for (let t = 0; t < p.length; t++) sum += (p[t] ?? 0) * (byType[model * p.length + t] ?? 0)
  return sum
}

/** The same parameters with further models behind. Nothing of the others changes. */
export function addTraits(parameters: TraitsParameters, added: Traits): TraitsParameters {
  const { means, byType, messages } = parameters.traits
  return {
    ...parameters,
    traits: {
      means: join(means, added.means),
      byType: join(byType, added.byType),
      messages: join(messages, added.messages),
    },
  }
}

function join(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
