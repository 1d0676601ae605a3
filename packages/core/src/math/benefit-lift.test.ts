import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { benefitLift } from './benefit-lift.ts'

const ENDS = { small: { quality: 0.6, costUsd: 1 }, large: { quality: 0.8, costUsd: 5 } }

describe('benefitLift', () => {
  it('worked by hand', () => {
    // s0 = 0.2 / 4 = 0.05; s = 0.1 / 1 = 0.1: twice as good
    expect(benefitLift({ quality: 0.7, costUsd: 2 }, ENDS)).toBeCloseTo(1, 12)
    // s = 0.05 / 2 = 0.025: half as good
    expect(benefitLift({ quality: 0.65, costUsd: 3 }, ENDS)).toBeCloseTo(-0.5, 12)
    expect(benefitLift({ quality: 0.6, costUsd: 3 }, ENDS)).toBeCloseTo(-1, 12)
  })

  it('is 0 for every random mix of the two', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), (share) => {
        expect(benefitLift({ quality: 0.6 + 0.2 * share, costUsd: 1 + 4 * share }, ENDS)).toBeCloseTo(0, 9)
      }),
      { endOnFailure: true },
    )
  })

  it('is undefined where nothing is to be gained or nothing was spent', () => {
    expect(benefitLift({ quality: 0.6, costUsd: 1 }, ENDS)).toBeUndefined()
    expect(benefitLift(ENDS.large, { small: ENDS.large, large: ENDS.small })).toBeUndefined()
    const asGood = { quality: 0.6, costUsd: 5 }
    expect(benefitLift(asGood, { ...ENDS, large: asGood })).toBeUndefined()
  })
})
