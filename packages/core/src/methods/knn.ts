/** RouterBench's kNN router, arXiv:2403.12031. */
import { fitKnn } from '../learn/fit-knn.ts'
import type { PoolMethod } from './pool-method.ts'

export const knn: PoolMethod = {
  name: 'knn',
  summary: 'how each model did on the most similar remembered queries',
  fit: fitKnn,
}
