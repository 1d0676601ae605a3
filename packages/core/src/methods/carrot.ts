/** CARROT's plug-in rule, arXiv:2502.03261. */
import { fitCarrot } from '../learn/fit-carrot.ts'
import type { PoolMethod } from './pool-method.ts'

export const carrot: PoolMethod = {
  name: 'carrot',
  summary: 'quality and cost of each model on the most similar remembered queries',
  fit: fitCarrot,
}
