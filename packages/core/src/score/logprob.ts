/**
 * Mean log-probability of the answer's tokens; of a one-letter answer that of the letter.
 *
 *   logprob = (1 / n) sum_i ln p_i                    natural log, at most 0
 *
 * Source: HCMA, arXiv:2410.02173; the geometric mean of the token probabilities, so that long answers are not punished for their length.
 * An upstream may report a token as impossible (minus infinity): held at the smallest number there is.
 */
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { createTokenScorer } from './token-scorer.ts'

export function createLogprobScorer(): Scorer {
  return createTokenScorer({ signal: 'logprob', needs: { logprobs: true } }, meanLogprob)
}

export function meanLogprob(tokens: readonly TokenLogprob[]): number {
  return tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length
}
