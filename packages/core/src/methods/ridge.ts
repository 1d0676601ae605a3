/** MetaLLM's arms as a static router, arXiv:2407.10834. */
import { fitRidge } from '../learn/fit-ridge.ts'
import type { PoolMethod } from './pool-method.ts'

export const ridge: PoolMethod = {
  name: 'ridge',
  summary: "MetaLLM's arms: ridge regression of each model's reward on the embedding",
  fit: fitRidge,
}
