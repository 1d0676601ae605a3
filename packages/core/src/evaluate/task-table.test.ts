import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { crossFitTaskTable, fitTaskTable } from './task-table.ts'

/** Range of the table's scores over 30 categories of 20 noisy rows whose true means spread over `effect`. */
function spread(effect: number): number {
  const rng = createRng(2)
  const categories = Array.from({ length: 600 }, (_, i) => String(i % 30))
  const gaps = categories.map((c) => rng.next() - 0.5 + effect * (Number(c) / 29 - 0.5))
  const table = fitTaskTable({ categories, gaps })
  const scores = [...new Set(categories)].map((c) => table.scoreOf(c))
  return Math.max(...scores) - Math.min(...scores)
}

describe('fitTaskTable', () => {
  it('shrinks by the worked variances', () => {
    // a: gaps 1, 1, 0, 0 -> sum 2, mean 0.5.  b: -1, 0, -1, 0 -> sum -2, mean -0.5.  all: mean 0, squares 4.
    // explained = 4/4 + 4/4 = 2; W = (4 - 2) / (8 - 2) = 1/3; size = 8 - (16 + 16) / 8 = 4; T = (2 - 1 * 1/3) / 4 = 5/12
    // weight = 4 * 5/12 / (4 * 5/12 + 1/3) = (5/3) / 2 = 5/6, so a scores 0.5 * 5/6
    const categories = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']
    const table = fitTaskTable({ categories, gaps: [1, 1, 0, 0, -1, 0, -1, 0] })
    expect(table.types).toBe(2)
    expect(table.scoreOf('a')).toBeCloseTo(5 / 12, 12)
    expect(table.scoreOf('b')).toBeCloseTo(-5 / 12, 12)
    expect(table.scoreOf('new')).toBe(0)
    expect(table.scoreOf(undefined)).toBe(0)
  })

  it('shrinks pure noise far more than real differences', () => {
    // Raw means of 20 rows of noise (sd 0.29) spread over about 0.26; an effect of 1 spreads over 1.
    expect(spread(0)).toBeLessThan(0.13)
    expect(spread(1)).toBeGreaterThan(0.85)
  })

  it('keeps every score between the least and the largest gap', () => {
    const rows = fc.array(
      fc.tuple(fc.constantFrom('a', 'b', 'c', undefined), fc.double({ min: -1, max: 1, noNaN: true })),
      {
        minLength: 1,
      },
    )
    fc.assert(
      fc.property(rows, (list) => {
        const gaps = list.map(([, gap]) => gap)
        const table = fitTaskTable({ categories: list.map(([c]) => c), gaps })
        for (const category of ['a', 'b', 'c', undefined]) {
          expect(table.scoreOf(category)).toBeGreaterThanOrEqual(Math.min(0, ...gaps) - 1e-9)
          expect(table.scoreOf(category)).toBeLessThanOrEqual(Math.max(0, ...gaps) + 1e-9)
        }
      }),
    )
  })
})

describe('crossFitTaskTable', () => {
  it('scores no row by itself: a gap does not move its own score', () => {
    const rng = createRng(4)
    const categories = Array.from({ length: 50 }, (_, i) => String(i % 5))
    const gaps = categories.map(() => rng.next() - 0.5)
    const before = crossFitTaskTable({ categories, gaps }, 1)
    const after = crossFitTaskTable({ categories, gaps: gaps.with(7, 1) }, 1)
    expect(after[7]).toBe(before[7])
    expect(after).not.toEqual(before)
  })
})
