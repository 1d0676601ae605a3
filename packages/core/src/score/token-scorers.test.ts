import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenLogprob } from '../contract/answer.ts'
import type { Scorer, ScorerInput } from '../contract/score.ts'
import { checkScorer } from '../suites/check-scorer.ts'
import { accumulatedDoubt, createAccumulatedScorer } from './accumulated.ts'
import { createEntropyScorer, negativeEntropy } from './entropy.ts'
import { createFirstTokenMarginScorer, firstTokenMargin } from './first-token-margin.ts'
import { createLogprobMinimumScorer } from './logprob-minimum.ts'
import { createLogprobScorer } from './logprob.ts'

const SCORERS: readonly Scorer[] = [
  createLogprobScorer(),
  createLogprobMinimumScorer(),
  createFirstTokenMarginScorer(),
  createEntropyScorer(),
  createAccumulatedScorer(),
  createAccumulatedScorer({ perToken: true }),
]

/** A token with its probability, and those of the listed ones. */
function token(text: string, p: number, top?: readonly (readonly [string, number])[]): TokenLogprob {
  const listed = top?.map(([one, q]) => ({ token: one, logprob: Math.log(q) }))
  return { token: text, logprob: Math.log(p), ...(listed === undefined ? {} : { top: listed }) }
}

function inputOf(tokens: readonly TokenLogprob[] | undefined): ScorerInput {
  return {
    query: { turns: [{ role: 'user', text: 'a question' }], tools: 0, images: 0, wantsJson: false },
    attempt: { model: 'small', answers: [{ text: 'B', ...(tokens === undefined ? {} : { tokens }) }] },
    earlier: [],
  }
}

const TWO = [
  token('B', 0.5, [
    ['B', 0.5],
    [' b', 0.2],
    ['A', 0.25],
  ]),
  token('.', 0.25, [
    ['.', 0.25],
    ['!', 0.25],
  ]),
]

describe('scorers of token log-probabilities', () => {
  it.each(SCORERS.map((scorer, i) => [`${scorer.signal} ${i}`, scorer] as const))(
    '%s keeps the contract',
    async (_, scorer) => {
      const impossible = { token: 'x', logprob: Number.NEGATIVE_INFINITY }
      const rounded = { token: 'x', logprob: 1e-7, top: [{ token: 'x', logprob: 1e-7 }] }
      const inputs = [TWO, undefined, [], [impossible], [rounded], [{ token: 'x', logprob: -9999 }]]
      await checkScorer(scorer, inputs.map(inputOf))
    },
  )

  it.each([
    // mean of ln 1/2 and ln 1/4 = -1.5 ln 2
    [createLogprobScorer(), -1.5 * Math.LN2],
    // ln 1/4
    [createLogprobMinimumScorer(), -2 * Math.LN2],
    // " b" is B again, so the rival is A: ln 0.5 - ln 0.25
    [createFirstTokenMarginScorer(), Math.LN2],
    // H1 = .5 ln 2 + .2 ln 5 + .25 ln 4 + .05 ln 20 = .346574 + .321888 + .346574 + .149787 = 1.164822
    // H2 = .25 ln 4 + .25 ln 4 + .5 ln 2 = 1.039721; mean 1.102271
    [createEntropyScorer(), -1.102271],
    // .5 ln .5 + .25 ln .25 = -.346574 - .346574 = -ln 2
    [createAccumulatedScorer(), -Math.LN2],
    [createAccumulatedScorer({ perToken: true }), -Math.LN2 / 2],
  ] as const)('%o gives the number worked out by hand', async (scorer, expected) => {
    const { value } = await scorer.score(inputOf(TWO))
    expect(value).toBeCloseTo(expected, 6)
  })

  it('reads the best of several answers', async () => {
    const { query, earlier } = inputOf(undefined)
    const answers = [0.5, 0.25].map((p) => ({ text: '', tokens: [token('x', p)] }))
    const result = await createLogprobScorer().score({
      query,
      earlier,
      attempt: { model: 'm', answers, best: 1 },
    })
    expect(result.value).toBeCloseTo(Math.log(0.25), 12)
  })
})

describe('firstTokenMargin', () => {
  it('looks past white space at the front', () => {
    expect(firstTokenMargin([token('\n', 1, [['\n', 1]]), ...TWO])).toBeCloseTo(Math.LN2, 12)
  })

  it('is at least the margin to the last one listed when all are one word', () => {
    const all = token('Yes', 0.8, [
      ['Yes', 0.8],
      ['▁yes', 0.15],
      ['Ġ YES', 0.01],
    ])
    expect(firstTokenMargin([all])).toBeCloseTo(Math.log(80), 12)
  })

  it('is absent without alternatives', () => {
    expect(firstTokenMargin([token('B', 0.5)])).toBeUndefined()
    expect(firstTokenMargin([token('B', 0.5, [['B', 0.5]])])).toBeUndefined()
  })

  it('is negative for a sampled token that was not the likeliest', () => {
    const sampled = token('B', 0.2, [
      ['A', 0.8],
      ['B', 0.2],
    ])
    expect(firstTokenMargin([sampled])).toBeCloseTo(-Math.log(4), 12)
  })
})

describe('properties', () => {
  const tokens = fc.array(
    fc.double({ min: 1e-6, max: 1, noNaN: true }).map((p) => token('x', p)),
    { minLength: 1, maxLength: 12 },
  )

  it('accumulated doubt never rises as tokens arrive, and lies between 0 and n / e', () => {
    fc.assert(
      fc.property(tokens, (all) => {
        const doubts = all.map((_, i) => accumulatedDoubt(all.slice(0, i + 1)))
        expect(doubts.every((one, i) => one <= (doubts[i - 1] ?? 0))).toBe(true)
        expect(doubts.at(-1)).toBeGreaterThanOrEqual(-all.length / Math.E - 1e-9)
      }),
      { endOnFailure: true },
    )
  })

  it('the entropy of k equal tokens is ln k, and of one certain token 0', () => {
    for (const k of [2, 4, 5]) {
      const top = Array.from({ length: k }, (_, i) => [`t${i}`, 1 / k] as const)
      expect(negativeEntropy([token('t0', 1 / k, top)])).toBeCloseTo(-Math.log(k), 9)
    }
    expect(negativeEntropy([token('x', 1, [['x', 1]])])).toBeCloseTo(0, 12)
    expect(negativeEntropy([token('x', 1)])).toBeUndefined()
  })
})
