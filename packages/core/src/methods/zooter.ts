/** ZOOTER's reward distillation, arXiv:2311.08692. */
import { fitZooter } from '../learn/fit-shares.ts'
import type { PoolMethod } from './pool-method.ts'

export const zooter: PoolMethod = {
  name: 'zooter',
  summary: 'a classifier of the text, taught by normalised rewards',
  fit: fitZooter,
}
