/**
 * First-token margin: how far the first token is ahead of the best different word.
 *
 *   margin = ln p(first) - ln p(best of the listed tokens that is another word)          at least 0 for a greedy answer
 *
 * Tokens that differ in case or white space alone ("Yes", " yes") are one word and are skipped. Source: margin sampling, arXiv:2405.02134,
 * on log-probabilities in place of logits: the constant between them cancels. When every listed token is the same word, the runner-up is
 * below the last one listed, and the margin to that one is a lower bound. Only the first token is looked at, so the decision can be made
 * before the rest of the answer arrives; it says most where the first token is the answer.
 */
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { createTokenScorer } from './token-scorer.ts'

/** As in the source: with fewer, all may be spellings of one word. */
const TOP_LOGPROBS = 5

export function createFirstTokenMarginScorer(): Scorer {
  return createTokenScorer(
    { signal: 'firstTokenMargin', needs: { logprobs: true, topLogprobs: TOP_LOGPROBS } },
    firstTokenMargin,
  )
}

/** Of the first token that is not white space. Undefined without alternatives. */
export function firstTokenMargin(tokens: readonly TokenLogprob[]): number | undefined {
  const first = tokens.find(({ token }) => wordOf(token) !== '')
  if (first?.top === undefined || first.top.length < 2) return undefined
  const word = wordOf(first.token)
  const others = first.top.filter(({ token }) => wordOf(token) !== word)
  const rivals = others.length > 0 ? Math.max : Math.min
  const runnerUp = rivals(...(others.length > 0 ? others : first.top).map(({ logprob }) => logprob))
  return first.logprob - runnerUp
}

/** Case and white space dropped; `▁` and `Ġ` are white space in the vocabularies of some upstreams. */
function wordOf(token: string): string {
  return token.replace(/[\s▁Ġ]/g, '').toLowerCase()
}
