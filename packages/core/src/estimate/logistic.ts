/**
 * Logistic regression for a pool: of every model the log-odds of its quality, linear in the text. The plainest predictor that learns from every word.
 *
 *   read_j = bias_j + weights_j . text
 *
 * Sources: RouterEval, arXiv:2503.10657 (linear baseline); FORC, arXiv:2308.06077, and Tryage, arXiv:2308.11601, predict each model's own quality the
 * same way with a language model where this has weighted words.
 */
import { fromStoredLinear, readLinear, toStoredLinear, type PoolLinear } from './pool-linear.ts'
import type { PredictorKind } from './predictor.ts'

export const logistic: PredictorKind = {
  name: 'logistic',
  create: (parameters) => ({
    read: (seen) => Array.from(readLinear(parameters as PoolLinear, seen), (odds) => [odds]),
  }),
  toStored: (parameters, shape) => toStoredLinear(parameters as PoolLinear, shape),
  fromStored: fromStoredLinear,
}
