/**
 * Three-class classifier of the query's text: of every model whether its answer beats, equals or is beaten by that of the last, which is the dearest.
 *
 *   strength_j - strength_last = log-odds of P(j wins) + P(tie) / 2
 *
 * Source: RouteLLM, arXiv:2406.18665 section 4.2 (BERT classifier) and its public code, whose classes these are. Adapted: a softmax on our embedding
 * stands where the paper fine-tunes BERT, and a tie counts half, where the paper's score, 1 - P(tie) - P(small wins), counts it for the small model:
 * docs/methods/routellm.md says what either gives.
 */
import { missing } from '../contract/stored-fields.ts'
import { logit } from '../math/logistic.ts'
import { readVerdicts, VERDICTS } from '../math/verdict-head.ts'
import { createKind, type PoolShape, type Predictor, type PredictorKind } from './predictor.ts'

export interface TextParameters {
  /** (Models - 1) x wins, ties, loses x (rank + 1), row-major. */
  readonly vectors: Float32Array
}

export const text: PredictorKind = {
  ...createKind('text', (parameters, shape) => createTextPredictor(parameters as TextParameters, shape)),
  readsStrengths: true,
}

/** The second reading, the mean strength, says the same of all models: how close the others come to the last. */
function createTextPredictor({ vectors }: TextParameters, { models, view }: PoolShape): Predictor {
  const width = VERDICTS * (view.rank + 1)
  const others = models.length - 1
  if (vectors.length !== others * width) throw missing('predictor.text')
  const parts = Array.from({ length: others }, (_, j) => vectors.subarray(j * width, (j + 1) * width))
  return {
    read({ embedding }) {
      const strengths = parts.map((part) => {
        const [wins = 0, ties = 0] = readVerdicts(part, embedding)
        return logit(wins + ties / 2)
      })
      const mean = strengths.reduce((sum, one) => sum + one, 0) / others
      return [...strengths, 0].map((one) => [one, mean])
    },
  }
}
