/** Every pool method: learns what was planted, decides the same after saving and loading, keeps what every router must keep. */
import { describe, expect, it } from 'vitest'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import type { Artifact } from './contract/artifact.ts'
import type { Query } from './contract/query.ts'
import { fitPool } from './learn/fit-pool.ts'
import { auroc } from './math/auroc.ts'
import { POOL_METHODS } from './methods/pool-registry.ts'
import { queryFromOutcome } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide } from './serve.ts'
import { checkRouter } from './suites/check-router.ts'
import { createPlantedPool, PLANTED_MODELS } from './suites/planted-pool.ts'
import { createPoolLesson, toPoolArtifact } from './train-pool.ts'

const TRAINING = createPlantedPool({ rows: 500, seed: 1 })
const TESTED = createPlantedPool({ rows: 240, seed: 2 })
/** All methods learn from one lesson, as they do when they are compared. */
const LESSON = createPoolLesson(TRAINING, { models: PLANTED_MODELS, seed: 1 })
const QUERIES = TESTED.flatMap((row) => queryFromOutcome(row) ?? []) as Query[]
const ASK = { kind: 'quality', quality: 0.95, mode: 'estimate' } as const

function reload(artifact: Artifact): Artifact {
  return loadArtifact(saveArtifact(artifact))
}

describe.each(POOL_METHODS)('$name', (method) => {
  const train = async (): Promise<Artifact> =>
    toPoolArtifact(LESSON, await fitPool(LESSON.ground, method), {
      method,
      metric: 'score',
      seed: 1,
      dataHash: 'x',
    })
  let once: Promise<Artifact> | undefined
  // At the first test that asks, not when tests are collected.
  const trained = (): Promise<Artifact> => (once ??= train())

  it('tells who will be right from the text', async () => {
    const river = createRiver(await trained())
    const estimates = QUERIES.map((query) => decide(river, query, ASK).estimates ?? [])
    for (const model of PLANTED_MODELS.slice(0, 3)) {
      const scores = estimates.map((of) => of.find((one) => one.model === model)?.quality ?? 0)
      const labels = TESTED.map((row) => row.models[model]?.score ?? 0)
      expect(auroc(scores, labels)).toBeGreaterThan(0.7)
    }
  })

  it('beats its best single model where specialists are cheaper', async () => {
    const artifact = await trained()
    const river = createRiver(artifact)
    const means = [0, 1].map((quality) => {
      const chosen = QUERIES.map(
        (query) => decide(river, query, { kind: 'quality', quality: quality || 0.9, mode: 'estimate' }).model,
      )
      const outcomes = chosen.map((model, i) => TESTED[i]?.models[model] ?? {})
      return {
        quality: outcomes.reduce((sum, { score = 0 }) => sum + score, 0) / outcomes.length,
        costUsd: outcomes.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0) / outcomes.length,
      }
    })
    expect(means[0]?.costUsd).toBeLessThan(0.7e-3)
    expect(means[0]?.quality).toBeGreaterThan(0.7)
    expect(means[1]?.quality).toBeGreaterThan(0.8)
  })

  it('keeps the rules of routers, also after saving and loading', async () => {
    const artifact = await trained()
    checkRouter(createRiver(artifact), QUERIES.slice(0, 12), { reloaded: createRiver(reload(artifact)) })
  })

  it('gives the same bytes for the same rows and seed', async () => {
    expect(saveArtifact(await train()) === saveArtifact(await trained())).toBe(true)
  })
})
