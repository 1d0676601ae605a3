import { describe, expect, it } from 'vitest'
import type { TokenLogprob } from '../contract/answer.ts'
import { readLargeWinRate } from './rating.ts'

function reply(chances: Readonly<Record<string, number>>): TokenLogprob[] {
  const top = Object.entries(chances).map(([token, p]) => ({ token, logprob: Math.log(p) }))
  const [first = { token: '', logprob: 0 }] = top
  return [{ ...first, top }]
}

describe('readLargeWinRate', () => {
  it.each<[string, TokenLogprob[], number]>([
    // Of 0.8 that are ratings 0.3 + 0.1 are 4 or 5.
    ['normalises over ratings', reply({ '3': 0.4, ' 4': 0.3, '5': 0.1, The: 0.2 }), 0.5],
    ['one token alone', [{ token: '5', logprob: -0.1 }], 0],
    [
      'a space before the digit',
      [
        { token: ' ', logprob: 0 },
        { token: '2', logprob: -0.1 },
      ],
      1,
    ],
    ['no rating: to the large model', reply({ Sure: 0.9, '6': 0.1 }), 1],
    ['no reply: to the large model', [], 1],
  ])('%s', (_, tokens, expected) => expect(readLargeWinRate(tokens)).toBeCloseTo(expected, 12))
})
