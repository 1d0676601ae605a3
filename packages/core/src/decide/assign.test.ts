import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRng } from '../math/rng.ts'
import { assignBatch, leastCost, listPareto, type BatchEstimates } from './assign.ts'

/** The best assignment by trying all of them; undefined when none is within the budget. */
function exhaust({ qualities, costs, models }: BatchEstimates, budget: number): number | undefined {
  const queries = qualities.length / models
  let best: number | undefined
  for (let code = 0; code < models ** queries; code++) {
    let [quality, cost, left] = [0, 0, code]
    for (let query = 0; query < queries; query++) {
      const at = query * models + (left % models)
      left = Math.floor(left / models)
      quality += qualities[at] ?? 0
      cost += costs[at] ?? 0
    }
    if (cost <= budget && (best === undefined || quality > best)) best = quality
  }
  return best
}

function draw(seed: number): BatchEstimates & { readonly budget: number } {
  const rng = createRng(seed)
  const costs = Float64Array.from({ length: 24 }, () => rng.next())
  const most = costs.reduce((sum, cost) => sum + cost, 0) / 2
  return {
    qualities: Float64Array.from({ length: 24 }, () => rng.next()),
    costs,
    models: 3,
    budget: most * rng.next(),
  }
}

describe('assignBatch', () => {
  it('takes the steps that bring most for the money', () => {
    // Query 0: 0.2 for 1, 0.8 for 3 (0.3 a unit). Query 1: 0.5 for 1, 0.6 for 2 (0.1 a unit), 0.9 for 5 (0.1 a unit).
    const batch = {
      qualities: [0.2, 0.8, 0.1, 0.5, 0.6, 0.9],
      costs: [1, 3, 9, 1, 2, 5],
      models: 3,
    }
    expect(leastCost(batch)).toBe(2)
    expect(assignBatch(batch, { budget: 1.9 })).toBeUndefined()
    expect([...(assignBatch(batch, { budget: 2.5 })?.chosen ?? [])]).toEqual([0, 0])
    const better = assignBatch(batch, { budget: 4.5 })
    expect([...(better?.chosen ?? [])]).toEqual([1, 0])
    expect(better?.cost).toBe(4)
    expect(better?.quality).toBeCloseTo(1.3, 12)
    expect(better?.shadowPrice).toBeCloseTo(0.1, 12)
    expect(assignBatch(batch, { budget: 100 })?.shadowPrice).toBeNull()
  })

  it('is within one query of the best on 200 random batches, and never above the budget', () => {
    let exact = 0
    for (let seed = 0; seed < 200; seed++) {
      const batch = draw(seed)
      const found = assignBatch(batch, batch)
      const best = exhaust(batch, batch.budget)
      if (found === undefined || best === undefined) {
        expect(found).toBe(best)
        continue
      }
      expect(found.cost).toBeLessThanOrEqual(batch.budget)
      expect(found.quality).toBeLessThanOrEqual(best + 1e-9)
      // A query's quality is at most 1.
      expect(found.quality).toBeGreaterThan(best - 1)
      if (found.quality > best - 1e-9) exact += 1
    }
    expect(exact).toBeGreaterThan(80)
  })

  it('prefers what is certain when told to be cautious', () => {
    // The dear model is right half of the time, everywhere: deviation 0.5. The cheap one 0.4 and never in doubt: 0.49.
    const batch = { qualities: [0.4, 0.5, 0.4, 0.5], costs: [1, 2, 1, 2], models: 2 }
    expect([...(assignBatch(batch, { budget: 9 })?.chosen ?? [])]).toEqual([1, 1])
    // 0.4 - 20 * 0.4899 = -9.398 and 0.5 - 20 * 0.5 = -9.5
    expect([...(assignBatch(batch, { budget: 9, caution: 20 })?.chosen ?? [])]).toEqual([0, 0])
  })
})

describe('listPareto', () => {
  it('rises from the cheapest to the best, a point for each share of the steps', () => {
    const batch = { qualities: [0.2, 0.8, 0.1, 0.5, 0.6, 0.9], costs: [1, 3, 9, 1, 2, 5], models: 3 }
    const list = listPareto(batch, 10)
    expect(list[0]).toEqual({ cost: 2, quality: 0.7 })
    expect(list.at(-1)?.cost).toBeCloseTo(8, 12)
    expect(list.at(-1)?.quality).toBeCloseTo(1.7, 12)
    expect(listPareto(batch, 2)).toHaveLength(2)
  })

  it('has no point that another beats', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        const list = listPareto(draw(seed), 6)
        list.slice(1).forEach(({ cost, quality }, i) => {
          expect(cost).toBeGreaterThan(list[i]?.cost ?? 0)
          expect(quality).toBeGreaterThan(list[i]?.quality ?? 0)
        })
      }),
    )
  })
})
