/** One linear model of the text per model: RouterEval's linear baseline, arXiv:2503.10657. */
import { fitPoolLinear } from '../learn/fit-pool-linear.ts'
import type { PoolMethod } from './pool-method.ts'

export const logistic: PoolMethod = {
  name: 'logistic',
  summary: 'a linear model of the text for each model',
  fit: fitPoolLinear,
}
