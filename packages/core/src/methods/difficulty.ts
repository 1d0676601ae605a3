/** Number of Thoughts, arXiv:2503.21464. */
import { fitDifficulty } from '../learn/fit-difficulty.ts'
import type { PoolMethod } from './pool-method.ts'

export const difficulty: PoolMethod = {
  name: 'difficulty',
  summary: 'how each model does at the length of thought that the query is expected to take',
  fit: fitDifficulty,
}
