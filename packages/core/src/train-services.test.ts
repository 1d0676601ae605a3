import { describe, expect, it } from 'vitest'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import type { Outcome } from './contract/outcome.ts'
import { createRng } from './math/rng.ts'
import { replay } from './replay.ts'
import { createRiver } from './river.ts'
import { createPlantedRows, PLANTED_PAIR } from './suites/planted-rows.ts'
import { train } from './train.ts'

const { small, large } = PLANTED_PAIR

/** Planted rows whose answers are numbers: right ones agree, wrong ones scatter. */
function numbered(rows: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  const answer = (score: number): { readonly score: number; readonly answer: string } => ({
    score,
    answer: score === 1 ? '42' : String(rng.int(1000) + 100),
  })
  return createPlantedRows({ rows, seed }).map(({ row, chance }) => {
    const samples = Array.from({ length: 5 }, () => answer(rng.next() < chance ? 1 : 0))
    const [first] = samples
    const confidence = first?.score === 1 ? -0.1 - 0.2 * rng.next() : -0.2 - rng.next()
    return {
      ...row,
      models: {
        [small]: { ...first, samples, logprob: confidence, costUsd: 0.001 },
        [large]: { ...answer(row.models[large]?.score ?? 1), logprob: -0.1, costUsd: 0.01 },
      },
    }
  })
}

const rows = numbered(700, 5)
const fresh = numbered(300, 6)

const artifact = await train(rows, {
  pair: PLANTED_PAIR,
  seed: 1,
  dataHash: 'a',
  policies: ['cascade-routing', 'best-of-n'],
})
const river = createRiver(loadArtifact(saveArtifact(artifact)))

async function serveAll(
  policy: 'route' | 'cascade-routing' | 'best-of-n',
  quality: number,
): Promise<{ readonly quality: number; readonly costUsd: number }> {
  let [sum, costUsd] = [0, 0]
  for (const row of fresh) {
    const replayed = await replay(river, row, { kind: 'quality', quality, mode: 'estimate', policy })
    sum += replayed?.accepted?.quality ?? 0
    for (const attempt of replayed?.attempts ?? []) costUsd += attempt.costUsd ?? 0
  }
  return { quality: sum / fresh.length, costUsd: costUsd / fresh.length }
}

describe.each(['cascade-routing', 'best-of-n'] as const)('policy %s of an artifact', (policy) => {
  it('has levels in both modes whose thresholds never fall as the level rises', () => {
    const levels = artifact.services?.[policy]?.levels
    for (const mode of ['promise', 'estimate'] as const) {
      const cuts = levels?.[mode].map(({ threshold }) => threshold ?? 2) ?? []
      expect(cuts.length).toBe(artifact.calibration.levels[mode].length)
      expect(cuts).toEqual(cuts.toSorted((a, b) => a - b))
    }
    const promised = levels?.promise.filter(({ threshold }) => threshold !== null) ?? []
    expect(promised.length).toBeGreaterThan(50)
  })

  it('keeps about the level asked, and costs less where less is asked', async () => {
    const [low, high] = [await serveAll(policy, 0.8), await serveAll(policy, 0.98)]
    const all = fresh.reduce((sum, row) => sum + (row.models[large]?.score ?? 0), 0) / fresh.length
    expect(low.costUsd).toBeLessThan(high.costUsd)
    expect(low.costUsd).toBeLessThan(0.01)
    expect(high.quality / all).toBeGreaterThan(0.98 - 0.05)
  })

  it('decides the same before and after saving', async () => {
    const before = createRiver(artifact)
    for (const row of fresh.slice(0, 40)) {
      const ask = { kind: 'quality', quality: 0.95, mode: 'estimate', policy } as const
      expect((await replay(river, row, ask))?.attempts).toEqual((await replay(before, row, ask))?.attempts)
    }
  })
})

it('the router of the artifact is the one it would be alone', async () => {
  const { services: _services, ...router } = artifact
  expect(await train(rows, { pair: PLANTED_PAIR, seed: 1, dataHash: 'a' })).toEqual(router)
})

it('best-of-n asks for samples where there are none', async () => {
  const single = rows.map((row) => ({
    ...row,
    models: { ...row.models, [small]: { score: row.models[small]?.samples?.[0]?.score ?? 0 } },
  }))
  const options = { pair: PLANTED_PAIR, seed: 1, dataHash: 'a', policies: ['best-of-n'] as const }
  await expect(train(single, options)).rejects.toMatchObject({ code: 'data.too_few' })
})
