/** Avengers, arXiv:2505.19797, and UniRoute, arXiv:2502.08773. */
import { fitClusters } from '../learn/fit-clusters.ts'
import type { PoolMethod } from './pool-method.ts'

export const clusters: PoolMethod = {
  name: 'clusters',
  summary: 'how good each model is in groups of alike queries, found without labels',
  fit: fitClusters,
}
