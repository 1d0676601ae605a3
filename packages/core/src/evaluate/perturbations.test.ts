/** Perturbations change the writing, not the query, and are the same for a seed. */
import { describe, expect, it } from 'vitest'
import type { Query } from '../contract/query.ts'
import { createRng } from '../math/rng.ts'
import { PERTURBATIONS, perturb } from './perturbations.ts'

function queryFromPrompt(text: string): Query {
  return { turns: [{ role: 'user', text }], tools: 0, images: 0, wantsJson: false }
}

const TEXT = 'Which of the following statements about photosynthesis is correct? $1 stays.'
const QUERY = { ...queryFromPrompt(TEXT), tools: 2 }
const textOf = (name: (typeof PERTURBATIONS)[number], seed: number): string =>
  perturb(QUERY, name, createRng(seed)).turns.at(-1)?.text ?? ''
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed)

describe('perturb', () => {
  it.each(PERTURBATIONS)('%s is the same for a seed and leaves the query as it is', (name) => {
    expect(perturb(QUERY, name, createRng(1))).toEqual(perturb(QUERY, name, createRng(1)))
    expect(QUERY.turns).toEqual([{ role: 'user', text: TEXT }])
    expect(perturb(QUERY, name, createRng(1)).tools).toBe(2)
  })

  it('slips in at least one word and keeps the length within a few letters', () => {
    for (const seed of SEEDS) {
      const text = textOf('typos', seed)
      expect(text.length).toBeGreaterThan(TEXT.length - 6)
      expect(text.length).toBeLessThan(TEXT.length + 6)
      expect(text.split(' ')).toHaveLength(TEXT.split(' ').length)
    }
    // Two equal letters may change places, so not every seed has to show.
    expect(SEEDS.filter((seed) => textOf('typos', seed) !== TEXT).length).toBeGreaterThan(35)
    expect(perturb(queryFromPrompt('1 + 1 = ?'), 'typos', createRng(1))).toEqual(queryFromPrompt('1 + 1 = ?'))
  })

  it('keeps every letter where only frame or manners change', () => {
    for (const seed of SEEDS) {
      expect(textOf('politeness', seed)).toContain(TEXT)
      expect(textOf('paraphrase', seed)).toContain(TEXT)
      expect(textOf('paraphrase', seed)).not.toBe(TEXT)
    }
  })

  it('writes everything small, or everything large', () => {
    expect(textOf('case', 1)).toBe(
      'which of the following statements about photosynthesis is correct? $1 stays.',
    )
    expect(textOf('capitals', 1)).toBe(TEXT.toUpperCase())
  })

  it('puts some 10,000 tokens before the conversation', () => {
    const { turns } = perturb(QUERY, 'system', createRng(1))
    expect(turns.map(({ role }) => role)).toEqual(['system', 'user'])
    expect(turns[1]?.text).toBe(TEXT)
    expect(turns[0]?.text.length).toBeGreaterThan(38_000)
    expect(turns[0]?.text.length).toBeLessThan(48_000)
  })
})
