/** TensorOpera Router's soft labels, arXiv:2408.12320. */
import { fitSoft } from '../learn/fit-shares.ts'
import type { PoolMethod } from './pool-method.ts'

export const soft: PoolMethod = {
  name: 'soft',
  summary: "a classifier of the text, taught by a softmax of the models' qualities",
  fit: fitSoft,
}
