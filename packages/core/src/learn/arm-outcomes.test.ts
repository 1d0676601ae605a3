/** Labels of arms worked out by hand, and against independent answers. */
import { describe, expect, it } from 'vitest'
import type { Query } from '../contract/query.ts'
import type { Selector } from '../contract/score.ts'
import { createRng } from '../math/rng.ts'
import { createPluralitySelector } from '../score/select.ts'
import { armOutcomeOf, drawSubsets, judgedAnswers, type ArmOutcome } from './arm-outcomes.ts'

const QUERY: Query = { turns: [{ role: 'user', text: 'q' }], tools: 0, images: 0, wantsJson: false }

function outcomeOf(
  samples: readonly (readonly [answer: string, score: number])[],
  reference: readonly number[],
  n: number,
  selector: Selector = createPluralitySelector(),
): ArmOutcome | undefined {
  const answers = judgedAnswers({ samples: samples.map(([answer, score]) => ({ answer, score })) })
  return armOutcomeOf(answers, reference, { query: QUERY, selector, samples: n, rng: createRng(1) })
}

describe('armOutcomeOf', () => {
  const samples = [
    ['4', 1],
    ['4', 1],
    ['5', 0],
    ['6', 0],
  ] as const

  it('one answer is any of them', () => {
    expect(outcomeOf(samples, [1], 1)).toEqual({ label: 0.5, quality: 0.5 })
    // Against a reference that is right half of the time: 1/2 + 1/2 x 1/2.
    expect(outcomeOf(samples, [1, 0], 1)).toEqual({ label: 0.75, quality: 0.5 })
  })

  it('of three answers the vote decides: 4 wins the two subsets that hold both 4s', () => {
    // {4, 4, 5} and {4, 4, 6} give 4. {4, 5, 6} twice: a tie, the first drawn one. So at least 1/2, at most 1.
    const { quality = 0 } = outcomeOf(samples, [1], 3) ?? {}
    expect(quality).toBeGreaterThanOrEqual(0.5)
    expect([0.5, 0.75, 1]).toContain(quality)
    expect(outcomeOf(samples, [1], 4)).toEqual({ label: 1, quality: 1 })
  })

  it('is undefined with fewer answers than asked', () => {
    expect(outcomeOf(samples, [1], 5)).toBeUndefined()
  })

  it('never draws an answer twice', () => {
    const seen = drawSubsets([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5, createRng(3))
    expect(seen.length).toBe(64)
    expect(seen.every((one) => new Set(one).size === 5)).toBe(true)
    expect(drawSubsets(['a', 'b', 'c'], 2, createRng(3))).toEqual([
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
    ])
  })

  it('a selector that knows the right answer makes quality rise to the best', () => {
    const knowing: Selector = {
      name: 'knowing',
      select: (answers) =>
        Math.max(
          0,
          answers.findIndex(({ extracted }) => extracted === '4'),
        ),
    }
    const qualities = [1, 2, 3].map((n) => outcomeOf(samples, [1], n, knowing)?.quality)
    // Chance that no 4 is among n of four: 1/2, 1/6, 0.
    expect(qualities[0]).toBeCloseTo(1 / 2, 12)
    expect(qualities[1]).toBeCloseTo(5 / 6, 12)
    expect(qualities[2]).toBeCloseTo(1, 12)
  })
})
