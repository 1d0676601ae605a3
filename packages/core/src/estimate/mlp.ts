/**
 * A small network for a pool: one hidden layer over the embedding and the surface features, shared by all models.
 *
 *   read_j = mean over the nets of log-odds_j
 *
 * Sources: RouterBench, arXiv:2403.12031 section 4 (MLP router); RouterEval, arXiv:2503.10657; TensorOpera Router, arXiv:2408.12320. Departure: some
 * nets from different starts are averaged; one alone depends on its start as much as on its rows.
 */
import { missing } from '../contract/stored-fields.ts'
import { predictPerceptron, type Perceptron } from '../math/perceptron.ts'
import { createKind, type PredictorKind } from './predictor.ts'

export interface MlpParameters {
  readonly nets: readonly Perceptron[]
}

export const mlp: PredictorKind = createKind('mlp', (parameters, { models }) => {
  const { nets } = parameters as MlpParameters
  const width = models.length
  if (nets.length === 0 || nets.some((net) => !isFitting(net, width))) throw missing('predictor.mlp')
  return {
    read({ dense }) {
      const sums = new Float64Array(width)
      for (const net of nets) {
        const odds = predictPerceptron(net, dense)
        for (let j = 0; j < width; j++) sums[j] = (sums[j] ?? 0) + (odds[j] ?? 0) / nets.length
      }
      return Array.from(sums, (odds) => [odds])
    },
  }
})

function isFitting(
  { centre, scale, hiddenWeights, hiddenBiases, weights, biases }: Perceptron,
  width: number,
): boolean {
  return (
    biases.length === width &&
    weights.length === hiddenBiases.length * width &&
    hiddenWeights.length === centre.length * hiddenBiases.length &&
    scale.length === centre.length
  )
}
