import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitInvertedFile, searchInvertedFile } from './inverted-file.ts'
import { findNearest } from './nearest.ts'
import { createRng } from './rng.ts'
import { toRowTable } from './row-table.ts'

/** Rows scattered around `topics` directions, as texts are. */
function scatter(rows: number, { rank, topics, seed }: { rank: number; topics: number; seed: number }) {
  const rng = createRng(seed)
  const noise = (): number => rng.next() + rng.next() + rng.next() - 1.5
  const directions = Array.from({ length: topics * rank }, noise)
  const vectors = new Float32Array(rows * rank)
  for (let row = 0; row < rows; row++) {
    const topic = rng.int(topics)
    const vector = Array.from({ length: rank }, (_, c) => directions[topic * rank + c]! + 0.7 * noise())
    const length = Math.hypot(...vector)
    vectors.set(
      vector.map((value) => value / length),
      row * rank,
    )
  }
  return vectors
}

function index(vectors: Float32Array, rank: number) {
  const { file, order } = fitInvertedFile({ vectors, rank }, createRng(1))
  const sorted = new Float32Array(vectors.length)
  order.forEach((row, i) => sorted.set(vectors.subarray(row * rank, (row + 1) * rank), i * rank))
  return { file, order, vectors: toRowTable(sorted, rank) }
}

describe('inverted file', () => {
  it('holds every row in exactly one group, nearest to its centre', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(1e6), (rows, seed) => {
        const vectors = scatter(rows, { rank: 8, topics: 5, seed })
        const { file, order } = index(vectors, 8)
        expect([...order].sort((a, b) => a - b)).toEqual([...Array(rows).keys()])
        expect(file.starts[0]).toBe(0)
        expect(file.starts.at(-1)).toBe(rows)
        const groups = file.starts.length - 1
        const dot = (row: number, group: number): number =>
          Array.from(
            { length: 8 },
            (_, c) => vectors[row * 8 + c]! * file.centres.bytes[group * 8 + c]!,
          ).reduce((sum, value) => sum + value, 0)
        for (let group = 0; group < groups; group++) {
          for (let i = file.starts[group]!; i < file.starts[group + 1]!; i++) {
            const best = Math.max(...Array.from({ length: groups }, (_, other) => dot(order[i]!, other)))
            // A query's components are rounded to 1 / 32767.
            expect(dot(order[i]!, group)).toBeGreaterThan(best - 0.1)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('finds only rows that a scan of all finds, with the same cosines, and the nearest in 99 of 100', () => {
    const rank = 32
    const all = scatter(6500, { rank, topics: 60, seed: 3 })
    const memory = index(all.subarray(0, 6000 * rank), rank)
    let same = 0
    for (let row = 6000; row < 6500; row++) {
      const query = all.subarray(row * rank, (row + 1) * rank)
      const exact = findNearest(memory.vectors, query, 20)
      const found = searchInvertedFile(memory, query, 20)
      if (exact.rows[0] === found.rows[0]) same += 1
      const cosineOf = new Map(Array.from(exact.rows, (one, i) => [one, exact.cosines[i]]))
      for (let i = 0; i < found.size; i++) {
        if (cosineOf.has(found.rows[i]!)) expect(found.cosines[i]).toBe(cosineOf.get(found.rows[i]!))
        else expect(found.cosines[i]).toBeLessThanOrEqual(exact.cosines[exact.size - 1]!)
      }
    }
    expect(same / 500).toBeGreaterThanOrEqual(0.99)
  })

  it('finds nothing for a query without a direction', () => {
    const memory = index(scatter(300, { rank: 8, topics: 3, seed: 1 }), 8)
    expect(searchInvertedFile(memory, new Float32Array(8), 5).size).toBe(0)
  })
})
