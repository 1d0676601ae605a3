/** The margin of the utility policy: what a cheaper model must be better by than the reference. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CandidateEstimate } from '../contract/estimate.ts'
import { rankByUtility } from './utility.ts'

const models = ['cheap', 'reference', 'dear']
const estimates = [
  { model: 'cheap', quality: 0.8, costUsd: 1 },
  { model: 'reference', quality: 0.75, costUsd: 5 },
  { model: 'dear', quality: 0.76, costUsd: 9 },
]
const rank = (margin: number): readonly string[] =>
  rankByUtility(estimates, { models, costWeight: 0, reference: 'reference', margin })

describe('margin', () => {
  it('is asked of models cheaper than the reference only', () => {
    expect(rank(0)).toEqual(['cheap', 'dear', 'reference'])
    // 0.8 - 0.045 = 0.755 lies between the others, 0.8 - 0.06 = 0.74 below both.
    expect(rank(0.045)).toEqual(['dear', 'cheap', 'reference'])
    expect(rank(0.06)).toEqual(['dear', 'reference', 'cheap'])
  })

  it('never makes a choice cheaper as it grows', () => {
    const estimate = fc.record({
      quality: fc.double({ min: 0, max: 1, noNaN: true }),
      costUsd: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.tuple(estimate, estimate, estimate),
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        (drawn, [a, b]) => {
          const believed: readonly CandidateEstimate[] = drawn.map((one, i) => ({
            model: models[i] ?? '',
            ...one,
          }))
          const costAt = (margin: number): number => {
            const [first] = rankByUtility(believed, {
              models,
              costWeight: 0,
              reference: 'reference',
              margin,
            })
            return believed.find(({ model }) => model === first)?.costUsd ?? -1
          }
          expect(costAt(Math.max(a, b))).toBeGreaterThanOrEqual(costAt(Math.min(a, b)))
        },
      ),
    )
  })
})
