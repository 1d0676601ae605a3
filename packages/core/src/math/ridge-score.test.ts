import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGroupScores, createRidgeScores, findMajority } from './ridge-score.ts'

describe('createRidgeScores', () => {
  it('is the worked share for one column', () => {
    // z = y = (1, -1): c = 2, l = 2, |y|^2 = 2; t = 1/2 gives (1/2 * 4 / (1 + 1)) / 2 = 1/2, t = 1 gives (4 / 3) / 2 = 2/3.
    const score = createRidgeScores({ z: Float32Array.of(1, -1), columns: 1, ratios: [0.5, 1] })([0, 0])
    expect(score([1, -1])[0]).toBeCloseTo(1 / 2, 12)
    expect(score([1, -1])[1]).toBeCloseTo(2 / 3, 12)
    expect(score([0, 0])).toEqual([0, 0])
  })

  it('ignores what no column shows, and does not care about the sign', () => {
    // y is orthogonal to both columns.
    const z = Float32Array.of(1, 1, 1, -1, -1, 1, -1, -1)
    const score = createRidgeScores({ z, columns: 2, ratios: [1] })([0, 0, 0, 0])
    expect(score([1, -1, -1, 1])[0]).toBeCloseTo(0, 12)
    expect(score([1, 1, -1, -1])[0]).toBeCloseTo(score([-1, -1, 1, 1])[0]!, 12)
  })

  it('lies in [0, 1) and grows with t', () => {
    const target = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(target, (list) => {
        const mean = list.reduce((sum, value) => sum + value, 0) / 4
        const z = Float32Array.of(2, 1, -1, 1, -1, -1, 0, -1)
        const [low = 0, high = 0] = createRidgeScores({ z, columns: 2, ratios: [0.1, 1] })([
          mean,
          mean,
          mean,
          mean,
        ])(list)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeGreaterThanOrEqual(low)
        expect(high).toBeLessThan(1)
      }),
    )
  })
})

describe('createGroupScores', () => {
  it('is the worked share for two groups', () => {
    // Groups a (2 rows, sum 2), b (2 rows, sum -2): t = 1/2: 2 * (1/2 * 4 / 2) / 4 = 1/2.
    const score = createGroupScores([0, 0, 1, 1, -1], 2, [0.5])([0, 0, 0, 0, 0])
    expect(score([1, 1, -1, -1, 0])[0]).toBeCloseTo(1 / 2, 12)
    expect(score([0, 0, 0, 0, 0])).toEqual([0])
  })
})

describe('findMajority', () => {
  it('finds the value of more than half of the entries', () => {
    expect(findMajority([1, 0, 0, -1, 0])).toBe(0)
    expect(findMajority([2])).toBe(2)
  })
})
