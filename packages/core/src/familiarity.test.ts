import { describe, expect, it } from 'vitest'
import type { Features } from './contract/features.ts'
import { isUnfamiliar } from './estimate/familiarity.ts'
import { weigh } from './estimate/weighting.ts'
import { createRng, type Rng } from './math/rng.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { queryFromPrompt } from './request/query.ts'
import { fitFamiliarity, FALSE_ALARM_RATE } from './learn/fit-familiarity.ts'
import { fitWeighting } from './learn/fit-weighting.ts'

const encoder = createLexicalEncoder()
const WORDS = Array.from(
  { length: 3000 },
  (_, i) => `${'bdfglmnprstvz'[i % 13]}${'aeiou'[i % 5]}${(i * 7919).toString(36)}`,
)

/** Ten to thirty words, the common ones far more often, as in language. */
function write(rng: Rng): string {
  const length = 10 + rng.int(20)
  return Array.from({ length }, () => WORDS[Math.floor(WORDS.length * rng.next() ** 4)]).join(' ')
}

const read = (text: string): Features => encoder.encode(queryFromPrompt(text))

describe('familiarity', () => {
  const rng = createRng(5)
  const training = Array.from({ length: 1500 }, () => read(write(rng)))
  const weighting = fitWeighting(training, encoder.spec)
  const { familiarity, isUnfamiliar: flagged } = fitFamiliarity(training, weighting)
  const isFlagged = (text: string): boolean =>
    isUnfamiliar({ features: read(text), known: weigh(read(text), weighting).known }, weighting, familiarity)

  it('calls few queries of the same traffic unfamiliar, in training and after', () => {
    const fresh = Array.from({ length: 2000 }, () => isFlagged(write(rng)))
    const noise = 3 * Math.sqrt(FALSE_ALARM_RATE / 2000)
    expect(fresh.filter(Boolean).length / 2000).toBeLessThan(FALSE_ALARM_RATE + noise)
    expect(flagged.filter(Boolean).length / flagged.length).toBeLessThanOrEqual(FALSE_ALARM_RATE)
    expect(flagged.filter(Boolean).length).toBeGreaterThan(0)
  })

  it.each([
    [
      'another language',
      'Wie viele Menschen wohnen ungefähr in der größten Stadt des Landes, und weshalb sind sie dorthin gezogen?',
    ],
    ['another script', '这是一个关于历史的问题，请用三句话回答，谢谢。'.repeat(3)],
    ['another shape', '{"a": [1, 2, {"b": null}]} && (x || y) != ~z; '.repeat(40)],
    ['another length', `${WORDS.slice(0, 40).join(' ')} `.repeat(60)],
  ])('flags %s', (_, text) => expect(isFlagged(text)).toBe(true))

  it('flags nothing when the rows are too few to know', () => {
    const rows = training.slice(0, 198)
    const few = fitFamiliarity(rows, fitWeighting(rows, encoder.spec))
    expect(few.familiarity).toMatchObject({ unknownLimit: 2, surfaceLimit: null })
    expect(few.isUnfamiliar.some(Boolean)).toBe(false)
  })
})
