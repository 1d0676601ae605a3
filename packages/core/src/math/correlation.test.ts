import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpearman, pearson, spearman } from './correlation.ts'

const column = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), {
  minLength: 2,
})

function expectClose(found: number | undefined, expected: number | undefined): void {
  if (expected === undefined) expect(found).toBeUndefined()
  else expect(found).toBeCloseTo(expected, 9)
}

describe('pearson', () => {
  it('is the worked number', () => {
    // means 2 and 3; deviations (-1, -2) (0, 1) (1, 1): xy = 2 + 0 + 1 = 3, xx = 2, yy = 6, r = 3 / sqrt(12)
    expect(pearson([1, 2, 3], [1, 4, 4])).toBeCloseTo(3 / Math.sqrt(12), 12)
    expect(pearson([1, 2], [4, 2])).toBeCloseTo(-1, 12)
  })

  it('is undefined when a column does not vary', () => {
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeUndefined()
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined()
    expect(pearson([], [])).toBeUndefined()
  })

  it('stays in range and does not see scale or shift', () => {
    fc.assert(
      fc.property(column, (rows) => {
        const [x, y] = [rows.map(([a]) => a), rows.map(([, b]) => b)]
        const r = pearson(x, y)
        if (r === undefined) return
        expect(Math.abs(r)).toBeLessThanOrEqual(1)
        expect(
          pearson(
            x.map((v) => 3 * v + 7),
            y,
          ),
        ).toBeCloseTo(r, 9)
      }),
    )
  })
})

describe('spearman', () => {
  it('is the worked number, ties sharing their mean rank', () => {
    // ranks 1 2 3 4 against 1 2.5 2.5 4: deviations (-1.5, -1.5) (-0.5, 0) (0.5, 0) (1.5, 1.5)
    // xy = 4.5, xx = 5, yy = 4.5, rho = 4.5 / sqrt(22.5)
    expect(spearman([10, 20, 30, 1000], [1, 5, 5, 6])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12)
  })

  it('weighs rows as if they were copied, and so does pearson', () => {
    fc.assert(
      fc.property(column, fc.infiniteStream(fc.integer({ min: 0, max: 3 })), (rows, stream) => {
        const weights = rows.map(() => Number(stream.next().value))
        const copies = rows.flatMap((row, i) => Array.from({ length: weights[i] ?? 0 }, () => row))
        const [x, y] = [rows.map(([a]) => a), rows.map(([, b]) => b)]
        const [cx, cy] = [copies.map(([a]) => a), copies.map(([, b]) => b)]
        expectClose(pearson(x, y, weights), pearson(cx, cy))
        expectClose(createSpearman(x, y)(weights), spearman(cx, cy))
      }),
    )
  })
})
