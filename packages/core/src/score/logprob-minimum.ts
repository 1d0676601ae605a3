/**
 * Smallest token log-probability: the answer is as doubtful as its most doubtful token.
 *
 *   logprobMinimum = min_i ln p_i                     natural log, at most 0
 *
 * Source: Gupta et al., "Language model cascades: token-level uncertainty and beyond", arXiv:2404.10136 (quantile 0 of the token
 * log-probabilities). Falls with length: more tokens, more chances of a doubtful one.
 */
import type { Scorer } from '../contract/score.ts'
import { createTokenScorer } from './token-scorer.ts'

export function createLogprobMinimumScorer(): Scorer {
  return createTokenScorer({ signal: 'logprobMinimum', needs: { logprobs: true } }, (tokens) =>
    // No spread: its arguments are limited to some hundred thousand.
    tokens.reduce((least, { logprob }) => Math.min(least, logprob), 0),
  )
}
