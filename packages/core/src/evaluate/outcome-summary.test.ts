import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../contract/outcome.ts'
import { createOutcomeSummarizer } from './outcome-summary.ts'

describe('createOutcomeSummarizer', () => {
  it('counts, averages and compares: worked by hand', () => {
    const summarizer = createOutcomeSummarizer()
    //        a     b     c
    // row 1  1     0     1
    // row 2  0.5   1     -
    // row 3  0     1     text only
    summarizer.add({
      id: '1',
      prompt: 'x',
      category: 'k',
      dataset: 'd',
      models: {
        a: { score: 1, costUsd: 0.1 },
        b: { score: 0, samples: [{ score: 0 }, { score: 0 }] },
        c: { score: 1 },
      },
    })
    summarizer.add({ id: '2', models: { b: { score: 1 }, a: { score: 0.5, costUsd: 0.3 } } })
    summarizer.add({
      id: '3',
      messages: [],
      models: { a: { score: 0 }, b: { score: 1 }, c: { response: 'x' } },
    })
    const summary = summarizer.summarize()
    expect(summary).toMatchObject({
      rows: 3,
      rowsWithText: 2,
      rowsWithCategory: 1,
      datasets: ['d'],
      metrics: [],
    })
    expect(
      summary.models.map(({ model, rows, judged, meanQuality }) => [model, rows, judged, meanQuality]),
    ).toEqual([
      ['c', 2, 1, 1],
      ['b', 3, 3, 2 / 3],
      ['a', 3, 3, 0.5],
    ])
    expect(summary.models[1]?.sampled).toBe(1)
    expect(summary.models[2]?.meanCostUsd).toBeCloseTo(0.2, 12)
    expect(summary.models[2]?.meanLatencyMs).toBeNull()
    // a against b on three rows: 1 > 0, 0.5 < 1, 0 < 1; b is large; better of the two 1 + 1 + 1
    expect(summary.pairs.find(({ small, large }) => small === 'a' && large === 'b')).toEqual({
      small: 'a',
      large: 'b',
      rows: 3,
      smallQuality: 0.5,
      largeQuality: 2 / 3,
      smallAtLeastLarge: 1 / 3,
      smallAboveLarge: 1 / 3,
      oracleQuality: 1,
    })
    expect(summary.pairs).toHaveLength(3)
  })

  it('gives an empty summary for no rows', () => {
    expect(createOutcomeSummarizer().summarize()).toMatchObject({ rows: 0, models: [], pairs: [] })
  })

  it('agrees with comparing every pair of models by itself', () => {
    const models = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd'),
      fc.record({ score: fc.constantFrom(0, 0.5, 1) }, { requiredKeys: [] }),
      { minKeys: 1 },
    )
    fc.assert(
      fc.property(fc.array(models, { maxLength: 20 }), (list) => {
        const rows = list.map((value, i): Outcome => ({ id: String(i), models: value }))
        const summarizer = createOutcomeSummarizer()
        for (const row of rows) summarizer.add(row)
        for (const pair of summarizer.summarize().pairs) {
          const both = rows.flatMap((row): [number, number][] => {
            const [small, large] = [row.models[pair.small]?.score, row.models[pair.large]?.score]
            return small === undefined || large === undefined ? [] : [[small, large]]
          })
          expect(pair.rows).toBe(both.length)
          expect(pair.largeQuality).toBeGreaterThanOrEqual(pair.smallQuality)
          expect(pair.smallAtLeastLarge).toBe(both.filter(([s, l]) => s >= l).length / both.length)
          expect(pair.smallAboveLarge).toBe(both.filter(([s, l]) => s > l).length / both.length)
          expect(pair.oracleQuality).toBeCloseTo(
            both.reduce((sum, [s, l]) => sum + Math.max(s, l), 0) / both.length,
            12,
          )
        }
      }),
    )
  })
})
