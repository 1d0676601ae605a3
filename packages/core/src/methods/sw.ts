/** RouteLLM's similarity-weighted ranking, arXiv:2406.18665. */
import { fitSw } from '../learn/fit-sw.ts'
import type { PoolMethod } from './pool-method.ts'

export const sw: PoolMethod = {
  name: 'sw',
  summary: 'ratings of the models for this query, near battles weighing more (RouteLLM)',
  fit: fitSw,
}
