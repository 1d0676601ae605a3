/** Prompt-to-Leaderboard, arXiv:2502.14855. */
import { fitP2l } from '../learn/fit-p2l.ts'
import type { PoolMethod } from './pool-method.ts'

export const p2l: PoolMethod = {
  name: 'p2l',
  summary: 'strengths of all models on this query, by Bradley-Terry (Prompt-to-Leaderboard)',
  fit: fitP2l,
}
