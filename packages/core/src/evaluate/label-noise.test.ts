import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { createLabelNoise, type SampledRow } from './label-noise.ts'

const measure = (rows: readonly SampledRow[]) =>
  createLabelNoise(rows, createRng(1))(new Uint16Array(rows.length).fill(1))

describe('createLabelNoise', () => {
  it('is the worked luck of one query with two answers', () => {
    // small 1, 0 and large 0, 1: a split pairs either (1, 0 | 0, 1) or (1, 1 | 0, 0), in some order.
    // Lucky: halves (1 against 0) and (0 against 1) give 1, 1; halves (1, 1) and (0, 0) give 1, 0.
    // Honest: the first kind chooses small by A and gets 0 in B, and by B large, 0 in A: 0. The second: 0 and 1, so 1/2.
    const noise = measure([{ smallScores: [1, 0], largeScores: [0, 1] }])
    expect(noise?.rows).toBe(1)
    const first = ((noise?.luckyQuality ?? 0) - 0.5) / 0.5
    expect(noise?.honestQuality).toBeCloseTo(0.5 * (1 - first), 12)
  })

  it('finds all luck where both models toss the same coin, and none where answers repeat', () => {
    const rng = createRng(3)
    const toss = (): number[] => Array.from({ length: 10 }, () => (rng.next() < 0.5 ? 1 : 0))
    const coins = measure(Array.from({ length: 2000 }, () => ({ smallScores: toss(), largeScores: toss() })))
    expect(coins?.luckyQuality).toBeGreaterThan(0.6)
    expect(Math.abs((coins?.honestQuality ?? 0) - 0.5)).toBeLessThan(0.01) // 4 standard errors: 4 * 0.11 / sqrt(2000)
    const sure = measure([
      { smallScores: [1, 1], largeScores: [0, 0] },
      { smallScores: [0, 0], largeScores: [1, 1] },
    ])
    expect(sure).toEqual({ rows: 2, luckyQuality: 1, honestQuality: 1, luckFraction: 0 })
  })

  it('leaves out queries with a single answer; says nothing when none is left', () => {
    expect(measure([{ smallScores: [1], largeScores: [0, 1] }])).toBeUndefined()
  })
})
