import { describe, expect, it } from 'vitest'
import { familyScales, findScale, searchRatios } from './step-weights.ts'

describe('familyScales', () => {
  it('goes from no weight to one where nothing but the cheapest pays, in equal ratios between', () => {
    const scales = familyScales(0.5)
    expect(scales).toHaveLength(24)
    expect(scales[0]).toBe(0)
    expect(scales[1]).toBeCloseTo(0.002, 12)
    expect(scales[22]).toBeCloseTo(40, 9)
    expect(scales[23]).toBe(2000)
    const ratios = scales.slice(2, 23).map((scale, i) => scale / scales[i + 1]!)
    for (const ratio of ratios) expect(ratio).toBeCloseTo(20_000 ** (1 / 21), 9)
  })
})

/** Highest at ratios (1, 1.6, 1 / 1.6). */
async function peaked([first = 0, second = 0, third = 0]: readonly number[]): Promise<number> {
  return -Math.abs(first - 1) - Math.abs(Math.log(second / 1.6)) - Math.abs(Math.log(third * 1.6))
}

async function nearlyFlat(ratios: readonly number[]): Promise<number> {
  return 0.001 * (ratios[1] ?? 0)
}

describe('searchRatios', () => {
  it('finds better ratios of later steps and leaves the first alone', async () => {
    const ratios = await searchRatios({ steps: 3, objective: peaked, leastGain: 0.01 })
    expect(ratios).toEqual([1, 1.6, 1 / 1.6])
  })

  it('does not follow gains that are noise', async () => {
    expect(await searchRatios({ steps: 2, objective: nearlyFlat, leastGain: 0.01 })).toEqual([1, 1])
  })

  it('has nothing to search with one step', async () => {
    let calls = 0
    const objective = async (): Promise<number> => {
      calls += 1
      return 0
    }
    expect(await searchRatios({ steps: 1, objective, leastGain: 0 })).toEqual([1])
    expect(calls).toBe(1)
  })
})

/** Cost falls from 1.01 at scale 0 towards 0.01. */
async function costAt(scale: number): Promise<number> {
  return 0.01 + 1 / (1 + scale)
}

describe('findScale', () => {
  it('meets the budget from below, and hardly undershoots it', async () => {
    // 0.01 + 1 / (1 + s) = 0.26 at s = 3.
    const scale = await findScale({ costAt, budgetUsd: 0.26, highest: 1000 })
    expect(scale).toBeGreaterThanOrEqual(3)
    expect(scale).toBeLessThan(3.02)
  })

  it('asks for nothing when everything fits, and says when nothing does', async () => {
    expect(await findScale({ costAt, budgetUsd: 2, highest: 1000 })).toBe(0)
    expect(await findScale({ costAt, budgetUsd: 0.005, highest: 1000 })).toBeUndefined()
  })
})
