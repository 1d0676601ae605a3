import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPairCounts } from './pair-counts.ts'

type Pair = readonly [i: number, j: number]

const pairs = fc.array(
  fc.tuple(fc.nat(40), fc.nat(40)).filter(([i, j]) => i !== j),
  { maxLength: 300 },
)

function countsOf(added: readonly Pair[], most: number): Map<string, number> {
  const counts = createPairCounts(41, most)
  for (const [i, j] of added) counts.add(i, j, 0.5)
  const found = new Map<string, number>()
  counts.each((i, j, count) => found.set(`${i},${j}`, count))
  return found
}

describe('createPairCounts', () => {
  it('counts as a map would, whichever way round a pair is given', () => {
    fc.assert(
      fc.property(pairs, (added) => {
        const expected = new Map<string, number>()
        for (const [i, j] of added) {
          const key = `${Math.min(i, j)},${Math.max(i, j)}`
          expected.set(key, (expected.get(key) ?? 0) + 0.5)
        }
        expect(countsOf(added, 1e6)).toEqual(expected)
      }),
    )
  })

  it('grows, and forgets what is rare once it holds too many', () => {
    const counts = createPairCounts(3000, 1000)
    for (let i = 1; i < 3000; i++) {
      counts.add(0, 1, 1)
      counts.add(i, 0, 1)
    }
    let size = 0
    let common = 0
    counts.each((i, j, count) => {
      size += 1
      if (i === 0 && j === 1) common = count
    })
    // Half of the first 4,096 cells at most; the pair that is there all the time keeps its count: 2,999 times, and once as (1, 0).
    expect(size).toBeLessThan(2049)
    expect(common).toBe(3000)
  })
})
