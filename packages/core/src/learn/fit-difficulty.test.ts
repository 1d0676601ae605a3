import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDifficultyPredictor } from '../estimate/difficulty.ts'
import type { Seen } from '../estimate/components.ts'
import type { PoolShape } from '../estimate/predictor.ts'
import type { Forest } from '../math/extra-trees.ts'
import { logit } from '../math/logistic.ts'
import { cutByShares, labelDifficulty } from './fit-difficulty.ts'
import type { PoolSet } from './pool-set.ts'

describe('cutByShares', () => {
  it('gives each level its share of the values', () => {
    // Ten values, shares 0.3, 0.5, 0.2: cuts at the fourth and the ninth smallest.
    expect(cutByShares([9, 0, 8, 1, 7, 2, 6, 3, 5, 4], [0.3, 0.5, 0.2])).toEqual([3, 8])
  })

  it('keeps shares to a value on distinct values', () => {
    const values = fc.uniqueArray(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 5, maxLength: 200 })
    fc.assert(
      fc.property(values, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (all, share) => {
        const [cut = 0] = cutByShares(all, [share, 1 - share])
        const below = all.filter((value) => value < cut).length
        expect(Math.abs(below - share * all.length)).toBeLessThanOrEqual(1)
      }),
    )
  })
})

function setOf(tokens: readonly (number | undefined)[]): PoolSet {
  return {
    models: ['a'],
    qualities: Float64Array.of(1, 0),
    examples: tokens.map((outputTokens) => ({ row: { models: { a: { outputTokens } } } })),
  } as unknown as PoolSet
}

describe('labelDifficulty', () => {
  it('is the standardised log length, whatever was right', () => {
    expect([...labelDifficulty(setOf([99, 9]))]).toEqual(
      [1, -1].map((value) => expect.closeTo(value, 9) as number),
    )
  })

  it('is the failure where a length is missing', () => {
    // Qualities 1 and 0: the second query is the hard one.
    expect([...labelDifficulty(setOf([99, undefined]))]).toEqual([-1, 1])
  })
})

/** One leaf for each side of 0 in the only column: difficulty is `left` below, `right` above. */
function stump(left: number, right: number): Forest {
  return {
    roots: Uint32Array.of(0),
    features: Int16Array.of(0, -1, -1),
    cuts: Float32Array.of(0, 0, 0),
    lefts: Uint32Array.of(1, 0, 1),
    values: Float32Array.of(left, right),
    targets: 1,
  }
}

describe('difficulty', () => {
  const shape = { models: ['a', 'b'] } as unknown as PoolShape
  const read = (left: number): readonly (readonly number[])[] =>
    createDifficultyPredictor(
      {
        forest: stump(left, 0),
        middles: Float32Array.of(-1, 1),
        qualities: Float32Array.of(0.75, 0.5, 0.25, 0.5),
      },
      shape,
    ).read({ dense: Float32Array.of(-1) } as unknown as Seen)

  it('lies on the line between the levels, and stays at the ends beyond them', () => {
    // Half a unit right of the first middle, two apart: a quarter of the way from 0.75 to 0.25.
    expect(read(-0.5)[0]?.[0]).toBeCloseTo(logit(0.625), 6)
    expect(read(-5)[0]?.[0]).toBeCloseTo(logit(0.75), 6)
    expect(read(5)[0]?.[0]).toBeCloseTo(logit(0.25), 6)
    expect(read(-0.5)[1]?.[0]).toBeCloseTo(0, 6)
  })
})
