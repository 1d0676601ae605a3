/** Extremely randomised trees, one forest for all models. */
import { fitPoolForest } from '../learn/fit-pool-forest.ts'
import type { PoolMethod } from './pool-method.ts'

export const forest: PoolMethod = {
  name: 'forest',
  summary: 'random trees over the embedding and the surface of the text',
  fit: fitPoolForest,
}
