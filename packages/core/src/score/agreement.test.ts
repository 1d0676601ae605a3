import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../contract/answer.ts'
import type { ScorerInput } from '../contract/score.ts'
import { checkScorer } from '../suites/check-scorer.ts'
import { agreementsOf, createAgreementScorer, pluralityOf, type AgreementMode } from './agreement.ts'
import { textSimilarity } from './text-similarity.ts'

const MODES: readonly AgreementMode[] = ['exact', 'number', 'choice', 'text']
const answersOf = (...texts: readonly string[]): readonly Answer[] => texts.map((text) => ({ text }))

function inputOf(answers: readonly Answer[], best = 0): ScorerInput {
  return {
    query: { turns: [{ role: 'user', text: 'a question' }], tools: 0, images: 0, wantsJson: false },
    attempt: { model: 'small', answers, best },
    earlier: [],
  }
}

describe('agreement', () => {
  it('is the share of the samples with the same final answer', () => {
    const answers = answersOf('so 12', '#### 12.0', 'The answer is $12', '13', 'no idea')
    expect(agreementsOf(answers, 'number')).toEqual([0.6, 0.6, 0.6, 0.2, 0])
    expect(pluralityOf(answers, 'number')).toEqual({ best: 0, agreement: 0.6 })
  })

  it('takes the earliest of equals, and any before none', () => {
    expect(pluralityOf(answersOf('?', 'B', 'A', 'A', 'B'), 'choice')).toEqual({ best: 1, agreement: 0.4 })
    expect(pluralityOf(answersOf('?', '!'), 'choice')).toEqual({ best: 0, agreement: 0 })
    expect(pluralityOf(answersOf('Paris'), 'exact')).toEqual({ best: 0, agreement: 1 })
  })

  it('weighs texts by their words', () => {
    // "the cat sat" and "the cat ran": 2 of 3 words in common, each once: 2 / sqrt(9) = 2/3.
    expect(textSimilarity('The cat sat.', 'the cat ran')).toBeCloseTo(2 / 3, 12)
    // "a a b" and "a b b": sqrt(2 * 1) + sqrt(1 * 2) = 2.828427, over 3.
    expect(textSimilarity('a a b', 'a b b')).toBeCloseTo(2.828427 / 3, 6)
    // Given the first: itself 1, the second 2/3, the third 0.
    const [first] = agreementsOf(answersOf('the cat sat', 'the cat ran', 'no'), 'text')
    expect(first).toBeCloseTo((1 + 2 / 3) / 3, 12)
    expect(pluralityOf(answersOf('no', 'the cat sat', 'the cat ran'), 'text').best).toBe(1)
  })

  it('scores the given answer and needs two', async () => {
    const answers = answersOf('A', 'B', 'B')
    const scorer = createAgreementScorer({ mode: 'choice' })
    expect(await scorer.score(inputOf(answers))).toEqual({ value: 1 / 3 })
    expect(await scorer.score(inputOf(answers, 1))).toEqual({ value: 2 / 3 })
    expect(await scorer.score(inputOf(answersOf('A')))).toEqual({})
  })

  it.each(MODES)('%s keeps the contract', async (mode) => {
    const inputs = [answersOf('The answer is B, 12', '12', '(B)'), answersOf('', ''), answersOf('x')].map(
      (all) => inputOf(all),
    )
    await checkScorer(createAgreementScorer({ mode }), inputs)
  })

  it('does not depend on the order of the samples, and the plurality agrees most', () => {
    const texts = fc.array(fc.constantFrom('A', 'B', 'so 1', 'it is 2', '', 'A 2'), {
      minLength: 1,
      maxLength: 7,
    })
    fc.assert(
      fc.property(texts, fc.constantFrom(...MODES), (all, mode) => {
        const agreements = agreementsOf(answersOf(...all), mode)
        const reversed = agreementsOf(answersOf(...all.toReversed()), mode).toReversed()
        agreements.forEach((one, i) => {
          expect(one).toBeGreaterThanOrEqual(0)
          expect(one).toBeLessThanOrEqual(1)
          expect(one).toBeCloseTo(reversed[i] ?? -1, 12)
        })
        const { best, agreement } = pluralityOf(answersOf(...all), mode)
        expect(agreement).toBeCloseTo(Math.max(...agreements), 12)
        expect(agreements[best]).toBe(agreement)
        // The earliest of equals: nothing before it agrees as much.
        expect(agreements.slice(0, best).every((one) => one < agreement)).toBe(true)
      }),
      { endOnFailure: true },
    )
  })
})

describe('textSimilarity', () => {
  it('is symmetric, in [0, 1], and 1 for the same words', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '.'), { maxLength: 6 })
      .map((words) => words.join(' '))
    fc.assert(
      fc.property(text, text, (a, b) => {
        const similarity = textSimilarity(a, b)
        expect(similarity).toBeCloseTo(textSimilarity(b, a), 12)
        expect(similarity).toBeGreaterThanOrEqual(0)
        expect(similarity).toBeLessThanOrEqual(1)
        expect(textSimilarity(a, a.toUpperCase())).toBeCloseTo(1, 12)
      }),
      { endOnFailure: true },
    )
  })
})
