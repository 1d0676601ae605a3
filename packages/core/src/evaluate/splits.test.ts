import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitRows, type SplitPlan } from './splits.ts'

const QUESTIONS = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), {
  minLength: 1,
  maxLength: 40,
})
const PLANS = fc.oneof(
  fc.record({ kind: fc.constant('share' as const), trainingShare: fc.constantFrom(0.25, 0.5, 0.8) }),
  fc.record({ kind: fc.constant('folds' as const), folds: fc.integer({ min: 2, max: 6 }) }),
)

describe('splitRows', () => {
  it('has every row on one side of a split, and equal questions on the same', () => {
    fc.assert(
      fc.property(QUESTIONS, PLANS, fc.integer(), (questions, plan: SplitPlan, seed) => {
        for (const { training, tested } of splitRows(questions, plan, seed)) {
          expect([...training, ...tested].sort((a, b) => a - b)).toEqual([...questions.keys()])
          const seen = new Set(training.map((row) => questions[row]))
          expect(tested.some((row) => seen.has(questions[row]))).toBe(false)
        }
      }),
    )
  })

  it('tests every row once over the folds', () => {
    fc.assert(
      fc.property(QUESTIONS, fc.integer({ min: 2, max: 6 }), (questions, folds) => {
        const splits = splitRows(questions, { kind: 'folds', folds }, 1)
        expect(splits).toHaveLength(folds)
        expect(splits.flatMap(({ tested }) => [...tested]).sort((a, b) => a - b)).toEqual([
          ...questions.keys(),
        ])
      }),
    )
  })

  it('takes the share of the questions, not of the rows: 3 of 4 questions, one of them a hundred times', () => {
    const questions = ['a', 'b', 'c', ...Array.from({ length: 100 }, () => 'd')]
    const [split] = splitRows(questions, { kind: 'share', trainingShare: 0.75 }, 5)
    expect(new Set(split?.training.map((row) => questions[row])).size).toBe(3)
    expect(new Set(split?.tested.map((row) => questions[row])).size).toBe(1)
  })

  it('is the same for a seed and another for another', () => {
    const questions = Array.from({ length: 60 }, (_, i) => `question ${i}`)
    const plan = { kind: 'share', trainingShare: 0.5 } as const
    expect(splitRows(questions, plan, 3)).toEqual(splitRows(questions, plan, 3))
    expect(splitRows(questions, plan, 3)[0]?.tested).not.toEqual(splitRows(questions, plan, 4)[0]?.tested)
  })
})
