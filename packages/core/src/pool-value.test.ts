/** What a query may ask of a pool in place of a level, and the hard limit on what it costs. */
import { describe, expect, it } from 'vitest'
import type { Query } from './contract/query.ts'
import { parseAsk, type AskSources } from './request/ask.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide } from './serve.ts'
import { createPlantedPool, PLANTED_MODELS } from './suites/planted-pool.ts'
import { trainPool } from './train-pool.ts'

const rows = createPlantedPool({ rows: 600, seed: 1 })
const fresh = createPlantedPool({ rows: 300, seed: 4 })
const queries = fresh.flatMap((row) => queryFromOutcome(row) ?? []) as Query[]
const artifact = await trainPool(rows, { models: PLANTED_MODELS, seed: 1, dataHash: 'x' })
const river = createRiver(artifact)

describe('a cost weight', () => {
  it('chooses the highest quality less weighted cost, as believed', () => {
    for (const query of queries.slice(0, 50)) {
      const {
        model,
        estimates = [],
        costWeight,
        reason,
        level,
      } = decide(river, query, {
        kind: 'value',
        costWeight: 300,
      })
      if (reason === 'unfamiliar_query') continue
      const values = estimates.map(({ quality, costUsd = 0 }) => quality - 300 * costUsd)
      expect(model).toBe(estimates[values.indexOf(Math.max(...values))]?.model)
      expect([costWeight, level]).toEqual([300, null])
    }
  })
})

describe('an average budget', () => {
  const dear = artifact.pool?.settings.find(({ margin = 0 }) => margin === 0)?.meanCost ?? 0

  it.each([0.2, 0.5, 0.8])('of %f of the dearest is met on rows that training has not seen', (share) => {
    const chosen = queries.map((query) => decide(river, query, { kind: 'value', budget: share * dear }).model)
    const usd = chosen.map((model, i) => fresh[i]?.models[model]?.costUsd ?? 0)
    const mean = usd.reduce((sum, one) => sum + one, 0) / usd.length
    // 300 rows whose costs differ a hundredfold: two standard errors are some 15%.
    expect(mean).toBeGreaterThan(0.8 * share * dear)
    expect(mean).toBeLessThan(1.2 * share * dear)
  })

  it('below the cheapest is refused, and so is one of an artifact for a pair', () => {
    const query = queries[0] as Query
    expect(() => decide(river, query, { kind: 'value', budget: 1e-9 })).toThrow(
      'no cost weight keeps a budget',
    )
    const { services: _services, ...pair } = river
    expect(() => decide(pair, query, { kind: 'value', costWeight: 1 })).toThrow('needs an artifact of a pool')
  })
})

describe('a budget for one query', () => {
  it('refuses who is expected to cost more, with the reason, before anything is weighed', () => {
    for (const query of queries.slice(0, 50)) {
      const { ranking, refused } = decide(river, query, { kind: 'quality', quality: 1, maxUsd: 5e-4 })
      expect(ranking).not.toContain('dear')
      expect(refused).toContainEqual({ model: 'dear', because: 'over_budget' })
    }
    const query = queries[0] as Query
    expect(() => decide(river, query, { kind: 'value', costWeight: 0, maxUsd: 1e-9 })).toThrow(
      'dear: over_budget',
    )
  })
})

function parse(more: Partial<AskSources>): unknown {
  return parseAsk({ model: 'weir', defaultQuality: 0.9, ...more })
}

describe('asking for it', () => {
  it('takes a weight from body or header, budgets from the body', () => {
    expect(parse({ bodyCostWeight: 20 })).toEqual({ kind: 'value', costWeight: 20 })
    expect(parse({ headerCostWeight: '20' })).toEqual({ kind: 'value', costWeight: 20 })
    expect(parse({ headerCostWeight: '20', body: 0.8 })).toMatchObject({ kind: 'quality', quality: 0.8 })
    expect(parse({ bodyBudget: 0.01, bodyMaxUsd: 0.1 })).toEqual({ kind: 'value', budget: 0.01, maxUsd: 0.1 })
    expect(parse({ bodyMaxUsd: 0.1 })).toEqual({ kind: 'quality', quality: 0.9, maxUsd: 0.1 })
  })

  it.each([
    [{ bodyCostWeight: -1 }, 'weir.cost_weight must be a number of at least 0'],
    [{ headerCostWeight: 'much' }, 'x-weir-cost-weight must be'],
    [{ bodyBudget: 0 }, 'weir.budget must be a number of USD above 0'],
    [{ bodyMaxUsd: '1' }, 'weir.budget_usd must be a number of USD above 0'],
    [{ bodyCostWeight: 1, bodyBudget: 1 }, 'give one of'],
    [{ bodyCostWeight: 1, body: 0.9 }, 'give one of'],
  ])('%j: %s', (more, message) => {
    expect(() => parse(more)).toThrow(message)
  })
})
