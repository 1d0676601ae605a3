/** Item response theory, after IRT-Router, arXiv:2506.01048. */
import { fitIrt } from '../learn/fit-irt.ts'
import type { PoolMethod } from './pool-method.ts'

export const irt: PoolMethod = {
  name: 'irt',
  summary: 'abilities of the models against what the query asks (item response theory)',
  fit: fitIrt,
}
