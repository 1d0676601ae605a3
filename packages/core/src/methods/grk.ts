/** Prompt-to-Leaderboard, arXiv:2502.14855. */
import { fitGrk } from '../learn/fit-p2l.ts'
import type { PoolMethod } from './pool-method.ts'

export const grk: PoolMethod = {
  name: 'grk',
  summary: 'strengths with ties and answers that are both bad (Prompt-to-Leaderboard, grounded)',
  fit: fitGrk,
}
