/**
 * Learns the networks of estimate/mlp.ts.
 */
import type { MlpParameters } from '../estimate/mlp.ts'
import { fitPerceptron } from '../math/perceptron.ts'
import { createRng } from '../math/rng.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

const NETS = 3

export function fitMlp(
  { dense, columns, qualities, models }: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): MlpParameters {
  const rng = createRng(seed)
  const table = { x: dense, columns, y: qualities, targets: models.length }
  const net = (): MlpParameters['nets'][number] =>
    fitPerceptron(table, rows, { hidden: 24, epochs: 10, batchRows: 32, stepSize: 0.003, decay: 0.1, rng })
  return { nets: Array.from({ length: NETS }, net) }
}
