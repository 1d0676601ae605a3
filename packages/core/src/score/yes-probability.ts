/**
 * P(yes) of a yes-or-no reply, from the likeliest first tokens:
 *
 *   P(yes) = Y / (Y + N),   Y = sum of the probabilities of all spellings of yes, N of no
 *
 * summed in logs (log-sum-exp), so that tiny probabilities do not vanish. A side that is not among the listed tokens is given as much as it
 * can have: what the list leaves over, and no more than its least likely token. Equal sides give exactly 1/2.
 *
 * Sources: Self-REF, arXiv:2410.13284 (two-token normalisation); AutoMix, arXiv:2310.12963 (share of yes among sampled replies, for upstreams
 * without log-probabilities). The bound for a missing side is ours.
 */
import type { Answer, TokenLogprob } from '../contract/answer.ts'

/** Words that count as each side, in lower case. */
export interface YesNoWords {
  readonly yes: readonly string[]
  readonly no: readonly string[]
}

export const YES_NO: YesNoWords = { yes: ['yes'], no: ['no'] }

/** Undefined when neither side is among the likeliest first tokens. */
export function yesProbability(
  tokens: readonly TokenLogprob[],
  words: YesNoWords = YES_NO,
): number | undefined {
  const first = tokens.find(({ token }) => normalise(token) !== '')
  if (first === undefined) return undefined
  const listed = first.top === undefined || first.top.length === 0 ? [first] : first.top
  const sums = { yes: Number.NEGATIVE_INFINITY, no: Number.NEGATIVE_INFINITY }
  for (const { token, logprob } of listed) {
    const word = normalise(token)
    if (words.yes.includes(word)) sums.yes = addLogs(sums.yes, logprob)
    else if (words.no.includes(word)) sums.no = addLogs(sums.no, logprob)
  }
  if (sums.yes === Number.NEGATIVE_INFINITY && sums.no === Number.NEGATIVE_INFINITY) return undefined
  const most = unlistedAtMost(listed)
  const yes = sums.yes === Number.NEGATIVE_INFINITY ? most : sums.yes
  const no = sums.no === Number.NEGATIVE_INFINITY ? most : sums.no
  return 1 / (1 + Math.exp(no - yes))
}

/** Share of yes among the replies whose first word is yes or no; undefined when none is. */
export function yesShare(replies: readonly Answer[], words: YesNoWords = YES_NO): number | undefined {
  const said = replies.flatMap(({ text }) => {
    const word = normalise(text.trim().split(/\s+/)[0] ?? '')
    if (words.yes.includes(word)) return [1]
    return words.no.includes(word) ? [0] : []
  })
  return said.length === 0 ? undefined : said.reduce((sum: number, one) => sum + one, 0) / said.length
}

/** Letters and digits at both ends stay: `**Yes**,` is yes, `<CN>` stays as it is. */
function normalise(token: string): string {
  const word = token.trim().toLowerCase().replace(/^▁|^ġ/, '')
  return word.startsWith('<') ? word : word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
}

/** ln(e^a + e^b). */
function addLogs(a: number, b: number): number {
  const most = Math.max(a, b)
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most))
}

/** Log of the most that a token outside the list can have. */
function unlistedAtMost(listed: readonly { readonly logprob: number }[]): number {
  const left = 1 - listed.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0)
  const least = Math.min(...listed.map(({ logprob }) => logprob))
  return left <= 0 ? Number.NEGATIVE_INFINITY : Math.min(Math.log(left), least)
}
