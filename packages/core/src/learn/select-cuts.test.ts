import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitIsotonic } from '../math/isotonic.ts'
import { createRng } from '../math/rng.ts'
import { selectCuts } from './select-cuts.ts'
import { walkCascade, type CandidateRows } from './walk-cascade.ts'

/** Of the ten rows of each confidence .1, .3 … .9 as many are right as it says. */
const RIGHT = Array.from({ length: 50 }, (_, i) => (i % 10 < 1 + 2 * Math.floor(i / 10) ? 1 : 0))
const ONE: CandidateRows = {
  model: 'l',
  pGoodEnough: Array.from({ length: 50 }, (_, i) => 0.1 + 0.2 * Math.floor(i / 10)),
  quality: RIGHT,
  costUsd: Array.from({ length: 50 }, () => 10),
}

describe('selectCuts', () => {
  it('declines the least confident of one model, worked by hand', () => {
    // Right: 1 + 3 + 5 + 7 + 9 = 25 of 50. Without the ten of .1: 24 of 40, error .4; without the .3 too: 21 of 30, error .3.
    expect(selectCuts([ONE], { maxAbstention: 0 })).toMatchObject({ error: 0.5, abstained: 0 })
    const fifth = selectCuts([ONE], { maxAbstention: 0.2 })
    expect(fifth?.error).toBeCloseTo(0.4, 12)
    expect(fifth?.stages[0]?.reject).toBeCloseTo(0.3, 12)
    const most = selectCuts([ONE], { maxAbstention: 0.59 })
    expect(most).toMatchObject({ abstained: 0.4 })
    expect(most?.error).toBeCloseTo(0.3, 12)
  })

  it('declines early when the budget does not pay for the later stage', () => {
    const small: CandidateRows = {
      model: 's',
      pGoodEnough: [0.1, 0.2, 0.5, 0.6, 0.9],
      quality: [0, 0, 0, 1, 1],
      costUsd: [1, 1, 1, 1, 1],
    }
    const large: CandidateRows = {
      model: 'l',
      pGoodEnough: [0.9, 0.9, 0.9, 0.9, 0.9],
      quality: [0, 1, 1, 1, 1],
      costUsd: [10, 10, 10, 10, 10],
    }
    const options = { maxAbstention: 0.4, gridPoints: 4 }
    // Row 3 alone goes on: 1 + 10 / 5 = 3; rows 1 and 2 are declined at once.
    expect(selectCuts([small, large], { ...options, budgetUsdPerQuery: 3 })).toMatchObject({
      stages: [{ accept: 0.6, reject: 0.5 }, {}],
      error: 0,
      abstained: 0.4,
      costUsd: 3,
    })
    expect(selectCuts([small, large], { ...options, budgetUsdPerQuery: 0.9 })).toBeUndefined()
    expect(
      selectCuts([small, large], { maxAbstention: 0, budgetUsdPerQuery: 5, gridPoints: 4 }),
    ).toMatchObject({
      // Rows 1 and 2 go on, of which the large model answers one; row 3 stays wrong.
      error: 0.4,
      abstained: 0,
      costUsd: 5,
    })
  })

  it('answers what could not be judged', () => {
    const unjudged = { ...ONE, pGoodEnough: RIGHT.map((_, i) => (i < 25 ? -1 : 0.5)) }
    expect(selectCuts([unjudged], { maxAbstention: 0.9 })?.abstained).toBeLessThanOrEqual(0.5)
    const blind = { ...ONE, pGoodEnough: RIGHT.map(() => -1) }
    expect(selectCuts([blind], { maxAbstention: 0.9 })).toMatchObject({ error: 0.5, abstained: 0 })
    expect(selectCuts([blind, { ...ONE, model: 'm' }], { maxAbstention: 0.2 })?.shares[0]).toBe(0)
  })

  it('refuses limits that mean nothing', () => {
    for (const maxAbstention of [-0.1, 1, Number.NaN]) {
      expect(() => selectCuts([ONE], { maxAbstention })).toThrow(/maxAbstention must be in \[0, 1\)/)
    }
    expect(() => selectCuts([], { maxAbstention: 0 })).toThrow(RangeError)
  })
})

const ROWS = 14
const column = (value: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(value, { minLength: ROWS, maxLength: ROWS })
const chainOf = fc
  .array(
    fc.record({
      pGoodEnough: column(fc.integer({ min: -1, max: 9 }).map((n) => (n < 0 ? -1 : n / 10))),
      quality: column(fc.integer({ min: 0, max: 1 })),
      costUsd: column(fc.integer({ min: 1, max: 20 })),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((columns) => columns.map((rows, i): CandidateRows => ({ model: `m${i}`, ...rows })))
const QUICK = { endOnFailure: true, numRuns: 100 }

describe('cuts under limits', () => {
  const limits = fc.record({
    maxAbstention: fc.integer({ min: 0, max: 9 }).map((n) => n / 10),
    budgetUsdPerQuery: fc.integer({ min: 5, max: 40 }),
  })

  it('keep to them, and are what the cascade does on the rows', () => {
    fc.assert(
      fc.property(chainOf, limits, (chain, options) => {
        const found = selectCuts(chain, { ...options, gridPoints: 5 })
        if (found === undefined) return
        const { stages, error, ...walked } = found
        expect(walkCascade(chain, stages)).toEqual(walked)
        expect(error).toBe(1 - walked.quality)
        expect(walked.abstained).toBeLessThanOrEqual(options.maxAbstention + 1e-9)
        expect(walked.costUsd).toBeLessThanOrEqual(options.budgetUsdPerQuery + 1e-9)
        for (const { accept, reject = 0 } of stages) expect(reject).toBeLessThanOrEqual(accept)
      }),
      QUICK,
    )
  })

  it('a laxer limit never gives a higher error', () => {
    fc.assert(
      fc.property(chainOf, limits, limits, (chain, a, b) => {
        const tight = selectCuts(chain, {
          maxAbstention: Math.min(a.maxAbstention, b.maxAbstention),
          budgetUsdPerQuery: Math.min(a.budgetUsdPerQuery, b.budgetUsdPerQuery),
          gridPoints: 5,
        })
        const lax = selectCuts(chain, {
          maxAbstention: Math.max(a.maxAbstention, b.maxAbstention),
          budgetUsdPerQuery: Math.max(a.budgetUsdPerQuery, b.budgetUsdPerQuery),
          gridPoints: 5,
        })
        if (tight !== undefined) expect(lax?.error).toBeLessThanOrEqual(tight.error + 1e-12)
      }),
      QUICK,
    )
  })
})

describe('a reject cut on calibrated chances', () => {
  it('never raises the error of what is still answered when it rises', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e6 }), (seed) => {
        const rng = createRng(seed)
        const confidence = Float64Array.from({ length: 40 }, () => rng.next()).sort()
        const quality = [...confidence].map((c) => (rng.next() < c ? 1 : 0) as number)
        // Isotonic on these rows: inside a block of equal chances nothing can be cut apart.
        const pGoodEnough = fitIsotonic(
          quality,
          quality.map(() => 1),
        )
        const rows: CandidateRows = { model: 'm', pGoodEnough, quality, costUsd: quality.map(() => 1) }
        let last = 1
        for (const reject of new Set([0, ...pGoodEnough])) {
          const { quality: right, abstained } = walkCascade([rows], [{ model: 'm', accept: reject, reject }])
          if (abstained === 1) break
          expect(1 - right).toBeLessThanOrEqual(last + 1e-12)
          last = 1 - right
        }
      }),
      QUICK,
    )
  })
})
