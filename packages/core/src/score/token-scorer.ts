/**
 * What the scorers of token log-probabilities share: the tokens of the given answer, absent when the upstream sent none.
 */
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer } from '../contract/score.ts'
import { LEAST_LOGPROB } from './tail-log.ts'

/** `read` is given at least one token, with finite log-probabilities of at most 0; undefined where they carry no such signal. */
export function createTokenScorer(
  about: Pick<Scorer, 'signal' | 'needs'>,
  read: (tokens: readonly TokenLogprob[]) => number | undefined,
): Scorer {
  return {
    ...about,
    score({ attempt: { answers = [], best = 0 } }) {
      const tokens = (answers[best]?.tokens ?? []).map(toFinite)
      const value = tokens.length === 0 ? undefined : read(tokens)
      return value === undefined ? {} : { value }
    },
  }
}

function toFinite({ token, logprob, top }: TokenLogprob): TokenLogprob {
  return {
    token,
    logprob: held(logprob),
    ...(top === undefined
      ? {}
      : { top: top.map((one) => ({ token: one.token, logprob: held(one.logprob) })) }),
  }
}

/** Upstreams write minus infinity as -9999, and round certainty above 0. */
function held(logprob: number): number {
  return Math.min(0, Math.max(LEAST_LOGPROB, logprob))
}
