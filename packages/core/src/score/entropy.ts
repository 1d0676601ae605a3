/**
 * Entropy: minus the mean uncertainty over the next token, from the likeliest ones that the upstream lists.
 *
 *   entropy = - (1 / n) sum_i H_i,   H_i = - sum_k p_ik ln p_ik - r_i ln r_i,   r_i = 1 - sum_k p_ik          nats, at most 0
 *
 * What the list leaves over, r, counts as one more token: a lower bound of the true entropy that needs no renormalising. Source: predictive
 * entropy, arXiv:2302.09664 section 2, on the top-k list that upstreams give. Oriented so that higher (closer to 0) is surer.
 */
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { createTokenScorer } from './token-scorer.ts'

const TOP_LOGPROBS = 2

export function createEntropyScorer(): Scorer {
  return createTokenScorer(
    { signal: 'entropy', needs: { logprobs: true, topLogprobs: TOP_LOGPROBS } },
    negativeEntropy,
  )
}

/** Undefined when no token has alternatives. */
export function negativeEntropy(tokens: readonly TokenLogprob[]): number | undefined {
  const listed = tokens.flatMap(({ top }) => (top === undefined || top.length === 0 ? [] : [top]))
  if (listed.length === 0) return undefined
  const sum = listed.reduce((total, top) => total + entropyOf(top.map(({ logprob }) => logprob)), 0)
  return -sum / listed.length
}

function entropyOf(logprobs: readonly number[]): number {
  const listed = logprobs.reduce((sum, logprob) => sum - Math.exp(logprob) * logprob, 0)
  const rest = Math.max(0, 1 - logprobs.reduce((sum, logprob) => sum + Math.exp(logprob), 0))
  return listed - (rest === 0 ? 0 : rest * Math.log(rest))
}
