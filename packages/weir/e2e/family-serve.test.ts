/** Policies over a family of settings, from a trained artifact through the gateway: what is called is what a replay calls. */
import { describe, expect, it } from 'vitest'
import { createRiver, createRng, replay, train, type Outcome } from '@weir/core'
import { createPlantedRows, PLANTED_PAIR } from '@weir/core/suites'
import { startGateway } from '../src/gateway/start.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { replying, startModel } from './cascade-support.ts'
import { closeLater, post } from './gateway-support.ts'

const { small, large } = PLANTED_PAIR
const SAMPLES = 5

/** Planted rows whose answers are numbers: right ones agree, wrong ones scatter. */
function numbered(rows: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  return createPlantedRows({ rows, seed }).map(({ row, chance }) => {
    const samples = Array.from({ length: SAMPLES }, () => {
      const score = rng.next() < chance ? 1 : 0
      return { score, response: score === 1 ? '42' : String(rng.int(1000) + 100) }
    })
    const { score = 0 } = row.models[large] ?? {}
    return {
      ...row,
      models: {
        [small]: { ...samples[0], samples, costUsd: 0.001 },
        [large]: { score, response: score === 1 ? '42' : '7', costUsd: 0.01 },
      },
    }
  })
}

const artifact = await train(numbered(600, 5), {
  pair: PLANTED_PAIR,
  seed: 1,
  dataHash: 'a',
  policies: ['cascade-routing', 'best-of-n'],
})
const fresh = numbered(40, 6)

/** What was asked, as text. */
function promptOf(body: Record<string, unknown>): string {
  return (body['messages'] as readonly { readonly content: string }[])[0]?.content ?? ''
}

describe.each(['cascade-routing', 'best-of-n'] as const)('policy %s', (policy) => {
  it('serves what it replays: the same calls, the chosen answer, everything on the bill', async () => {
    const byPrompt = new Map(fresh.map((row) => [row.prompt, row]))
    const drawn = new Map<string, number>()
    const ours = await startModel(
      replying(small, ({ body }) => {
        const prompt = promptOf(body)
        const at = drawn.get(prompt) ?? 0
        drawn.set(prompt, at + 1)
        return { text: byPrompt.get(prompt)?.models[small]?.samples?.[at]?.response ?? '' }
      }),
    )
    const theirs = await startModel(
      replying(large, ({ body }) => ({ text: byPrompt.get(promptOf(body))?.models[large]?.response ?? '' })),
    )
    const models = [
      { model: small, baseUrl: ours.url, inputUsdPerMTok: 1, outputUsdPerMTok: 2 },
      { model: large, baseUrl: theirs.url, inputUsdPerMTok: 10, outputUsdPerMTok: 20 },
    ]
    const river = createRiver(artifact, { mode: 'estimate' })
    const gateway = closeLater(
      await startGateway({ listen: { port: 0 }, log: SILENT, river, models, quality: 0.9 }),
    )
    let reported = 0
    for (const row of fresh) {
      const body = {
        model: 'weir',
        messages: [{ role: 'user', content: row.prompt }],
        weir: { policy, explain: true },
      }
      const response = await post(`${gateway.url}/v1/chat/completions`, JSON.stringify(body))
      expect(response.status).toBe(200)
      expect(response.headers.get('x-weir-policy')).toBe(policy)
      const { weir } = (await response.json()) as {
        readonly weir: { readonly calls: number; readonly attempts: readonly { readonly model: string }[] }
      }
      reported += weir.calls
      const replayed = await replay(river, row, { kind: 'quality', quality: 0.9, policy })
      expect(weir.attempts.map(({ model }) => model)).toEqual(replayed?.attempts.map(({ model }) => model))
    }
    expect(reported).toBe(ours.asked.length + theirs.asked.length)
    expect(ours.asked.length).toBeGreaterThan(0)
  })
})
