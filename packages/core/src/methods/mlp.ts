/** RouterBench's MLP router, arXiv:2403.12031. */
import { fitMlp } from '../learn/fit-mlp.ts'
import type { PoolMethod } from './pool-method.ts'

export const mlp: PoolMethod = {
  name: 'mlp',
  summary: 'a small network over the embedding and the surface of the text',
  fit: fitMlp,
}
