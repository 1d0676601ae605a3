import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNearest } from './nearest.ts'
import { createRng } from './rng.ts'
import { toRowTable } from './row-table.ts'

function unitVectors(count: number, rank: number, seed: number): Float32Array {
  const rng = createRng(seed)
  const all = new Float32Array(count * rank)
  for (let row = 0; row < count; row++) {
    const vector = Array.from({ length: rank }, () => rng.next() - 0.5)
    all.set(
      vector.map((value) => value / Math.hypot(...vector)),
      row * rank,
    )
  }
  return all
}

describe('findNearest', () => {
  it('equals sorting all cosines of the rounded vectors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(1e6),
        (count, k, seed) => {
          const rank = 5
          const vectors = unitVectors(count + 1, rank, seed)
          const query = vectors.slice(0, rank)
          const table = toRowTable(vectors.subarray(rank), rank)
          const rounded = query.map((value) => Math.round(32_767 * value))
          const expected = Array.from({ length: count }, (_, row) => {
            const product = rounded.reduce((sum, value, c) => sum + value * table.bytes[row * rank + c]!, 0)
            const cosine = (product * table.scale) / 32_767
            return { row, cosine }
          })
            .filter(({ cosine }) => cosine > 0)
            .sort((a, b) => b.cosine - a.cosine)
            .slice(0, k)
          const found = findNearest(table, query, k)
          expect(found.size).toBe(expected.length)
          for (const [i, { row, cosine }] of expected.entries()) {
            expect(found.rows[i]).toBe(row)
            expect(found.cosines[i]).toBeCloseTo(cosine, 5)
          }
        },
      ),
    )
  })

  it('finds nothing opposite, and nothing in an empty memory', () => {
    expect(findNearest(toRowTable([-1, 0, 0, 1], 2), Float32Array.of(1, 0), 3).size).toBe(0)
    expect(findNearest(toRowTable([], 2), Float32Array.of(1, 0), 3).size).toBe(0)
  })

  it('keeps the earlier of equal rows first', () => {
    const { rows, size } = findNearest(toRowTable([1, 0, 1, 0, 1, 0], 2), Float32Array.of(1, 0), 2)
    expect([size, rows[0], rows[1]]).toEqual([2, 0, 1])
  })
})
