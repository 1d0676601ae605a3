import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findNearest } from './nearest.ts'
import { createRng } from './rng.ts'

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
  it('equals sorting all cosines', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(1e6),
        (count, k, seed) => {
          const rank = 5
          const vectors = unitVectors(count + 1, rank, seed)
          const query = vectors.slice(0, rank)
          const rest = vectors.subarray(rank)
          const expected = Array.from({ length: count }, (_, row) => {
            const cosine = query.reduce((sum, value, c) => sum + value * rest[row * rank + c]!, 0)
            return { row, cosine }
          })
            .filter(({ cosine }) => cosine > 0)
            .sort((a, b) => b.cosine - a.cosine)
            .slice(0, k)
          const found = findNearest(rest, query, k)
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
    expect(findNearest(Float32Array.of(-1, 0, 0, 1), Float32Array.of(1, 0), 3).size).toBe(0)
    expect(findNearest(new Float32Array(), Float32Array.of(1, 0), 3).size).toBe(0)
  })

  it('keeps the earlier of equal rows first', () => {
    const { rows, size } = findNearest(Float32Array.of(1, 0, 1, 0, 1, 0), Float32Array.of(1, 0), 2)
    expect([size, rows[0], rows[1]]).toEqual([2, 0, 1])
  })
})
