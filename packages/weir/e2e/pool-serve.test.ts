/** A pool of four models behind the gateway: what is decided, told, recorded and replayed; failover and hot reload over more than two. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRiver,
  decide,
  queryFromOutcome,
  replay,
  saveArtifact,
  trainPool,
  type Artifact,
  type Outcome,
  type Query,
} from '@weir/core'
import { createPlantedPool, PLANTED_MODELS } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../src/config/load.ts'
import { loadGatewayOptions } from '../src/config/river.ts'
import { examine } from '../src/doctor/examine.ts'
import { startGateway, type Gateway } from '../src/gateway/start.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { replying, startModel } from './cascade-support.ts'
import { closeLater, post } from './gateway-support.ts'

const FRESH = createPlantedPool({ rows: 24, seed: 9 })
let folder = ''
let artifact: Artifact
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-pool-serve-'))
  artifact = await trainPool([...createPlantedPool({ rows: 600, seed: 1 }), ...FRESH], {
    models: PLANTED_MODELS,
    seed: 1,
    dataHash: 'x',
  })
  await writeFile(at('pool.weir'), saveArtifact(artifact))
})
afterAll(() => rm(folder, { recursive: true }))

/** Each model answers with its own name, but for those that fail. */
async function serveFleet(
  failing: readonly string[] = [],
): Promise<{ readonly gateway: Gateway; readonly path: string }> {
  const lines: string[] = []
  for (const model of PLANTED_MODELS) {
    const upstream = await startModel(
      failing.includes(model)
        ? ({ response }) => void response.writeHead(500).end('{}')
        : replying(model, () => ({ text: model })),
    )
    lines.push(`  ${model}: { baseUrl: "${upstream.url}", images: ${model !== 'cheap'} }`)
  }
  const path = at(`weir-${failing.join('-')}.yaml`)
  await writeFile(
    path,
    `artifact: pool.weir\nmode: estimate\nquality: 0.9\nlisten: { port: 0 }\nretry: { count: 0 }\nrecord: { path: ${at(`rows-${failing.join('-')}.db`)}, storeText: true }\nmodels:\n${lines.join('\n')}\n`,
  )
  const config = await loadConfig(path, {})
  const gateway = closeLater(await startGateway(await loadGatewayOptions(config, SILENT)))
  return { gateway, path }
}

interface Told {
  readonly reason: string
  readonly ranking: readonly string[]
  readonly estimates: readonly { readonly model: string; readonly quality: number }[]
  readonly answeredBy: string
  readonly refused: readonly { readonly model: string; readonly because: string }[]
  readonly attempts: readonly { readonly model: string; readonly reason: string }[]
}

async function ask(
  gateway: Gateway,
  row: Outcome,
  more: object = {},
): Promise<{ readonly response: Response; readonly weir: Told }> {
  const body = {
    model: 'weir',
    messages: [{ role: 'user', content: row.prompt }],
    weir: { explain: true },
    ...more,
  }
  const response = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(body))
  const { weir } = (await response.json()) as { readonly weir: Told }
  return { response, weir }
}

describe('a pool behind the gateway', () => {
  it('goes where the believed value is best, tells it, records it; a replay of the rows decides the same', async () => {
    const { gateway } = await serveFleet()
    const answered = new Map<string, string>()
    for (const row of FRESH) {
      const { response, weir } = await ask(gateway, row)
      expect(weir.estimates.map(({ model }) => model)).toEqual(PLANTED_MODELS)
      expect(weir.ranking[0]).toBe(weir.answeredBy)
      expect(response.headers.get('x-weir-model')).toBe(weir.answeredBy)
      const [first = ''] = (response.headers.get('x-weir-ranking') ?? '').split(', ')
      expect(first).toMatch(new RegExp(`^${weir.answeredBy};q=0\\.\\d{3};usd=[\\d.e-]+$`))
      answered.set(response.headers.get('x-weir-decision-id') ?? '', weir.answeredBy)
    }
    expect(new Set(answered.values()).size).toBeGreaterThanOrEqual(3)
    await gateway.close()
    const river = createRiver(artifact, { mode: 'estimate' })
    let replayed = 0
    for await (const row of readOutcomeStore(at('rows-.db'))) {
      const again = await replay(river, row, { kind: 'quality', quality: 0.9 })
      expect(again?.decision.model).toBe(answered.get(row.id))
      expect(again?.decision.estimates).toEqual(row.decision?.estimates)
      expect(again?.decision.ranking).toEqual(row.decision?.ranking)
      replayed += 1
    }
    expect(replayed).toBe(FRESH.length)
  })

  it('asks the next of the ranking when calls fail, and the one after that', async () => {
    const row = FRESH[0] as Outcome
    const decision = decide(createRiver(artifact, { mode: 'estimate' }), queryFromOutcome(row) as Query, {
      kind: 'quality',
      quality: 0.9,
    })
    const { gateway } = await serveFleet(decision.ranking.slice(0, 2))
    const { weir } = await ask(gateway, row)
    expect(weir.ranking).toEqual(decision.ranking)
    expect(weir.attempts.map(({ model }) => model)).toEqual(weir.ranking.slice(0, 3))
    expect(weir.attempts.map(({ reason }) => reason)).toEqual(['best_value', 'failover', 'failover'])
    expect(weir.answeredBy).toBe(weir.ranking[2])
  })

  it('never asks a model that cannot serve the query', async () => {
    const { gateway } = await serveFleet()
    const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }
    for (const row of FRESH) {
      const content = [{ type: 'text', text: row.prompt }, picture]
      const { weir } = await ask(gateway, row, { messages: [{ role: 'user', content }] })
      expect(weir.ranking).not.toContain('cheap')
    }
  })

  it('takes a cost weight or budgets in place of a level, and tells the weight applied', async () => {
    const { gateway } = await serveFleet()
    const row = FRESH[0] as Outcome
    const cheapest = await ask(gateway, row, { weir: { cost_weight: 1e9, explain: true } })
    expect(cheapest.weir.answeredBy).toBe('cheap')
    expect(cheapest.response.headers.get('x-weir-cost-weight')).toBe('1000000000')
    expect(cheapest.response.headers.get('x-weir-policy')).toBe('route')
    const capped = await ask(gateway, row, { weir: { budget_usd: 5e-4, quality: 1, explain: true } })
    expect(capped.weir.refused).toEqual([{ model: 'dear', because: 'over_budget' }])
    const body = {
      model: 'weir',
      messages: [{ role: 'user', content: 'x' }],
      weir: { cost_weight: 1, budget: 1 },
    }
    const response = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(body))
    expect(response.status).toBe(400)
    const none = { ...body, weir: { budget_usd: 1e-12 } }
    const refused = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(none))
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('over_budget')])
  })

  it('checks the configuration against the pool, and follows a new artifact', async () => {
    const { gateway, path } = await serveFleet()
    const findings = await examine({ path, env: {}, timeoutMs: 100, nowMs: () => 0 })
    expect(findings).toContainEqual(
      expect.objectContaining({ message: 'routes between cheap and counter and writer and dear' }),
    )
    const smaller = await trainPool(createPlantedPool({ rows: 120, seed: 1 }), {
      models: ['writer', 'dear'],
      seed: 1,
      dataHash: 'y',
    })
    await writeFile(at('smaller.weir'), saveArtifact(smaller))
    const config = { ...(await loadConfig(path, {})), artifactPath: at('smaller.weir') }
    gateway.replace(await loadGatewayOptions(config, SILENT))
    const { weir } = await ask(gateway, FRESH[0] as Outcome)
    expect(weir.estimates.map(({ model }) => model)).toEqual(['writer', 'dear'])
    const few = { ...config, artifactPath: at('pool.weir'), models: config.models.slice(1) }
    await expect(loadGatewayOptions(few, SILENT)).rejects.toThrow(
      'routes to cheap, which "models" does not have',
    )
    const paired = { ...config, artifactPath: at('pool.weir'), small: 'cheap' }
    await expect(loadGatewayOptions(paired, SILENT)).rejects.toThrow('leave "small" and "large" out')
  })
})
