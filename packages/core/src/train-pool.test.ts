/** Pools: costs in money and in calls, the settings of a budget, and what is refused. */
import { describe, expect, it } from 'vitest'
import type { Outcome } from './contract/outcome.ts'
import { weightWithin } from './decide/weight-within.ts'
import { createPlantedPool, PLANTED_MODELS } from './suites/planted-pool.ts'
import { createPoolLesson, trainPool } from './train-pool.ts'

const rows = createPlantedPool({ rows: 200, seed: 3 })
const options = { models: PLANTED_MODELS, seed: 1, dataHash: 'x' }
const unpriced = rows.map((row): Outcome => ({
  ...row,
  models: Object.fromEntries(Object.entries(row.models).map(([model, { score = 0 }]) => [model, { score }])),
}))

describe('trainPool', () => {
  it('sorts the pool by cost and takes the best single model as reference', async () => {
    const { pool, pair } = await trainPool(rows, { ...options, models: [...PLANTED_MODELS].reverse() })
    expect(pool?.members.map(({ model }) => model)).toEqual(PLANTED_MODELS)
    expect(pool?.reference).toBe('dear')
    expect(pair).toEqual({ small: 'cheap', large: 'dear' })
    expect(pool?.settings.map(({ meanCost }) => meanCost)).toEqual(
      pool?.settings.map(({ meanCost }) => meanCost).toSorted((a, b) => b - a),
    )
  })

  it('weighs the costs of calls that were given where rows say no money', async () => {
    const callCosts = { dear: 9, writer: 2, counter: 1, cheap: 0 }
    const { pool } = await trainPool(unpriced, { ...options, callCosts })
    expect(pool?.costUnit).toBe('calls')
    expect(pool?.members.map(({ meanCost }) => meanCost)).toEqual([0, 1, 2, 9])
    expect(pool?.settings.at(-1)?.meanCost).toBe(0)
  })

  it('refuses a pool of which nobody says what it costs', () => {
    expect(() => createPoolLesson(unpriced, options)).toThrow(/cost/)
    expect(() => createPoolLesson(unpriced, { ...options, callCosts: { cheap: 1 } })).toThrow(/counter/)
    expect(() => createPoolLesson(rows, { ...options, models: ['cheap', 'cheap'] })).toThrow(/two different/)
  })

  it('finds the weight of a budget between its settings', async () => {
    const { pool } = await trainPool(rows, options)
    const settings = pool?.settings ?? []
    const [dear, cheap] = [settings[0]?.meanCost ?? 0, settings.at(-1)?.meanCost ?? 0]
    expect(weightWithin({ settings }, dear)).toBe(0)
    expect(weightWithin({ settings }, cheap / 2)).toBeUndefined()
    const weight = weightWithin({ settings }, (dear + cheap) / 2) ?? 0
    const below = settings.find(({ meanCost }) => meanCost <= (dear + cheap) / 2)
    expect(weight).toBeGreaterThan(0)
    expect(weight).toBeLessThanOrEqual(below?.costWeight ?? 0)
  })
})
