/** RouteLLM's text classifier, arXiv:2406.18665. */
import { fitText } from '../learn/fit-text.ts'
import type { PoolMethod } from './pool-method.ts'

export const text: PoolMethod = {
  name: 'text',
  summary: 'wins, ties or loses against the dearest, by the text (RouteLLM, in place of BERT)',
  fit: fitText,
}
