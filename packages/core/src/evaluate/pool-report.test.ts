import { describe, expect, it } from 'vitest'
import { createPoolReport } from './pool-report.ts'

describe('a pool report', () => {
  // Four rows, three models at costs 1, 2 and 4. Alone: a 0.5 at 1, b 0.5 at 2, c 0.75 at 4. The router asks a, b, c, a: right, right, right, wrong.
  const rows = {
    models: ['a', 'b', 'c'],
    reference: 'c',
    qualities: [1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0],
    costs: [1, 2, 4, 1, 2, 4, 1, 2, 4, 1, 2, 4],
    levels: [
      { level: 0.9, chosen: [0, 1, 2, 0] },
      { level: 1, chosen: [2, 2, 2, 2] },
    ],
  }
  const report = createPoolReport(rows, { seed: 1, resamples: 200 })

  it('holds what was done against single models, their mixes, chance and the oracle', () => {
    expect(report.singles.map(({ quality, cost }) => [quality, cost])).toEqual([
      [0.5, 1],
      [0.5, 2],
      [0.75, 4],
    ])
    expect(report).toMatchObject({
      rows: 4,
      bestSingle: 'c',
      oracle: { quality: 1, cost: (1 + 2 + 4 + 1) / 4 },
    })
    expect(report.random.quality).toBeCloseTo(1.75 / 3, 12)
    // Quality 1 at cost 2; the hull from (1, 0.5) to (4, 0.75) is at 0.5 + 0.25 / 3 there.
    const [first, last] = report.levels
    expect(first).toMatchObject({ quality: 1, cost: 2, shares: { a: 0.5, b: 0.25, c: 0.25 } })
    expect(first?.kept).toBeCloseTo(4 / 3, 12)
    expect(first?.hullGain).toBeCloseTo(0.5 - 0.25 / 3, 12)
    expect(last).toMatchObject({ quality: 0.75, cost: 4, kept: 1, hullGain: 0 })
  })

  it('gives intervals that hold what they are of', () => {
    for (const { quality, cost, intervals } of report.levels) {
      const [low, high] = intervals.quality ?? [1, 0]
      expect(low).toBeLessThanOrEqual(quality)
      expect(high).toBeGreaterThanOrEqual(quality)
      const [least, most] = intervals.cost ?? [1, 0]
      expect(least).toBeLessThanOrEqual(cost)
      expect(most).toBeGreaterThanOrEqual(cost)
    }
  })
})
