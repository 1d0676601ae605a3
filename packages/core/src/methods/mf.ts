/** RouteLLM's matrix factorisation, arXiv:2406.18665. */
import { fitMf } from '../learn/fit-mf.ts'
import type { PoolMethod } from './pool-method.ts'

export const mf: PoolMethod = {
  name: 'mf',
  summary: 'matrix factorisation of preferences (RouteLLM)',
  fit: fitMf,
}
