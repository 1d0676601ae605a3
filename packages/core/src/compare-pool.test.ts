/** Comparing methods over a pool: shared splits and lesson, the policy's own choices, one message for rows that cannot be used. */
import { describe, expect, it } from 'vitest'
import { comparePool } from './compare-pool.ts'
import type { Outcome } from './contract/outcome.ts'
import type { PoolStatistic } from './evaluate/pool-comparison.ts'
import { blend } from './methods/pool-blend.ts'
import { knn } from './methods/knn.ts'
import type { Query } from './contract/query.ts'
import { chooseAt, chooseAtSettings, type Believed } from './pool-choice.ts'
import { createPoolPolicy } from './pool-river.ts'
import { weighings } from './learn/select-settings.ts'
import { createRng } from './math/rng.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide } from './serve.ts'
import { createPlantedPool, PLANTED_MODELS } from './suites/planted-pool.ts'
import { trainPool } from './train-pool.ts'

const ROWS = createPlantedPool({ rows: 300, seed: 1 })
const OPTIONS = {
  models: PLANTED_MODELS,
  methods: [blend, knn],
  seeds: [1, 2],
  plan: { kind: 'share', trainingShare: 0.6 },
  dataHash: 'x',
  resamples: 100,
} as const

const scoreOf = (row: Outcome, model: string) => ({ score: row.models[model]?.score ?? 0 })

describe('comparePool', () => {
  const compared = comparePool(ROWS, OPTIONS)

  it('finds what was planted: specialists that are cheaper than the best model', async () => {
    const { systems, splits, models } = await compared
    expect(models.map(({ model }) => model)).toEqual(PLANTED_MODELS)
    expect(splits.map(({ trainingRows, testedRows }) => trainingRows + testedRows)).toEqual([300, 300])
    const mean = (name: string, statistic: PoolStatistic): number =>
      systems.find((one) => one.name === name)?.statistics[statistic]?.mean ?? Number.NaN
    for (const { name } of OPTIONS.methods) {
      expect(mean(name, 'hullGain')).toBeGreaterThan(0.02)
      expect(mean(name, 'meanUtility')).toBeGreaterThan(mean('bestSingle', 'meanUtility'))
      expect(mean(name, 'meanUtility')).toBeLessThan(mean('oracle', 'meanUtility'))
    }
    expect(mean('bestPerTaskType', 'hullGain')).toBeGreaterThan(0.02)
  })

  it('gives the same numbers twice', async () => {
    const again = await comparePool(ROWS, OPTIONS)
    expect(JSON.stringify(again)).toBe(JSON.stringify(await compared))
  })

  it('times what it does when given a clock', async () => {
    let ms = 0
    const timed = await comparePool(ROWS, { ...OPTIONS, methods: [knn], seeds: [1], now: () => (ms += 2) })
    const service = timed.systems.find(({ name }) => name === 'knn')?.service
    expect(service?.decisionMs).toMatchObject({ p50: { mean: 2 }, p99: { mean: 2 } })
    expect(service?.trainingSeconds?.mean).toBeCloseTo(0.002, 12)
    expect(timed.splits[0]?.lessonSeconds).toBeCloseTo(0.002, 12)
  })

  it('takes a pair without costs as calls', async () => {
    const rows = ROWS.map((row): Outcome => ({
      ...row,
      models: { cheap: scoreOf(row, 'cheap'), dear: scoreOf(row, 'dear') },
    }))
    const options = { ...OPTIONS, models: ['cheap', 'dear'], methods: [knn], seeds: [1] }
    const { costUnit, costRange, systems } = await comparePool(rows, options)
    expect([costUnit, costRange]).toEqual(['calls', { from: 0, to: 1 }])
    expect(systems.find(({ name }) => name === 'knn')?.statistics.apgr?.mean).toBeGreaterThan(0.55)
    const unmetered = comparePool(
      rows.map((row) => ({ ...row, models: { ...row.models, writer: { score: 1 } } })),
      { ...options, models: ['cheap', 'dear', 'writer'] },
    )
    await expect(unmetered).rejects.toMatchObject({ code: 'data.model' })
  })

  it('names the models there are when none of the rows can be used', async () => {
    const wrong = comparePool(ROWS, { ...OPTIONS, models: ['cheap', 'none'] })
    await expect(wrong).rejects.toThrow('models in the data: cheap, counter, writer, dear')
  })
})

describe('chooseAtSettings', () => {
  it('is what the policy of the river does at every setting of its artifact', async () => {
    const artifact = await trainPool(ROWS, { models: PLANTED_MODELS, method: knn, seed: 1, dataHash: 'x' })
    const { pool } = artifact
    if (pool === undefined) throw new Error('no pool')
    const river = createRiver(artifact)
    const rows: readonly Outcome[] = [
      ...createPlantedPool({ rows: 6, seed: 3 }),
      { id: 'unlike', prompt: 'Wie spät ist es? 你好 ¿qué?', models: {} },
    ]
    const modelAt = (threshold: number, { estimates: candidates, isUnfamiliar }: Believed, query: Query) => {
      const state = {
        query,
        candidates: river.candidates,
        attempts: [],
        estimates: { pSmall: 0.5, isUnfamiliar, candidates },
      }
      const action = createPoolPolicy(pool, { threshold, mode: 'estimate' }).next(state)
      return action.kind === 'call' ? action.model : undefined
    }
    for (const query of rows.flatMap((row) => queryFromOutcome(row) ?? [])) {
      const seen = decide(river, query, { kind: 'quality', quality: 0.95, mode: 'estimate' })
      const believed = { estimates: seen.estimates ?? [], isUnfamiliar: seen.unfamiliar }
      const chosen = chooseAtSettings(
        pool,
        believed,
        pool.settings.map(({ margin = 0, costWeight }) => ({ margin, costWeight })),
      )
      for (const [at, { threshold }] of pool.settings.entries())
        expect(chosen[at]).toBe(modelAt(threshold, believed, query))
    }
  })

  it('looks up no fewer changes than there are', () => {
    const rng = createRng(7)
    const members = ['a', 'b', 'c', 'd', 'e'].map((model, i) => ({
      model,
      meanQuality: 0.5,
      meanCost: i + 1,
    }))
    const settings = weighings(3)
    for (let trial = 0; trial < 200; trial++) {
      const pool = { members, reference: trial % 2 === 0 ? 'e' : 'c', costUnit: 'usd' } as const
      const estimates = members.map(({ model }, i) => ({
        model,
        quality: rng.next(),
        costUsd: i + rng.next(),
      }))
      const believed = { estimates, isUnfamiliar: false }
      expect(chooseAtSettings(pool, believed, settings)).toEqual(
        settings.map((setting) => chooseAt(pool, believed, setting)),
      )
    }
  })
})
