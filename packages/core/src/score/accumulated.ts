/**
 * Accumulated doubt: the sum of p ln p over the answer's tokens.
 *
 *   accumulated = sum_i p_i ln p_i,   p_i = exp(ln p_i) of the token that was generated          nats, at most 0
 *
 * Source: AttenHScore, arXiv:2505.02311, with the attention terms left out: interfaces give no attention, and with all a_i = 0 the score is
 * S = - sum p ln p; ours is -S, so that higher is better. It only falls as tokens arrive, so a stream can be cancelled the moment it passes
 * a cut. It therefore falls with length; `perToken` divides by n and gives that up. A token of p near 0 adds little: it is no measure of surprise.
 */
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { createTokenScorer } from './token-scorer.ts'

export interface AccumulatedOptions {
  /** Divides by the number of tokens. Default false. */
  readonly perToken?: boolean
}

export function createAccumulatedScorer({ perToken = false }: AccumulatedOptions = {}): Scorer {
  return createTokenScorer({ signal: 'accumulated', needs: { logprobs: true } }, (tokens) =>
    perToken ? accumulatedDoubt(tokens) / tokens.length : accumulatedDoubt(tokens),
  )
}

export function accumulatedDoubt(tokens: readonly TokenLogprob[]): number {
  return tokens.reduce((sum, { logprob }) => sum + Math.exp(logprob) * logprob, 0)
}
