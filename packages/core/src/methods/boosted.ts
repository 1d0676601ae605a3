/** Gradient-boosted trees, one sequence for all models. */
import { fitBoosted } from '../learn/fit-boosted.ts'
import type { PoolMethod } from './pool-method.ts'

export const boosted: PoolMethod = {
  name: 'boosted',
  summary: 'gradient-boosted trees over the embedding and the surface of the text',
  fit: fitBoosted,
}
