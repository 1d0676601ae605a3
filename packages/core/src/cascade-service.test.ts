import { describe, expect, it } from 'vitest'
import { calibrate } from './calibrate.ts'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import type { Artifact } from './contract/artifact.ts'
import type { Attempt } from './contract/attempt.ts'
import type { Outcome } from './contract/outcome.ts'
import { createRng } from './math/rng.ts'
import { probe } from './probe.ts'
import { replay } from './replay.ts'
import { createRiver } from './river.ts'
import { serve } from './serve.ts'
import { queryFromOutcome } from './request/query.ts'
import { createPlantedRows, PLANTED_PAIR } from './suites/planted-rows.ts'
import { train } from './train.ts'

const { small, large } = PLANTED_PAIR

/** Planted rows with answers: the small model hedges four times in five when it is wrong, and once in ten when it is right. */
function answered(rows: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  return createPlantedRows({ rows, seed }).map(({ row }) => {
    const ours = row.models[small] ?? {}
    const hedges = rng.next() < (ours.score === 1 ? 0.1 : 0.8)
    const response = hedges ? `Perhaps it is ${rng.int(99)}, I am unsure.` : `It is ${rng.int(99)}.`
    return { ...row, models: { ...row.models, [small]: { ...ours, response } } }
  })
}

const training = answered(1200, 3)
const fresh = answered(800, 4)

async function trained(): Promise<Artifact> {
  return train(training, { pair: PLANTED_PAIR, seed: 1, dataHash: 'a', policies: ['cascade'] })
}

const artifact = await trained()
const river = createRiver(artifact)
const cascade = artifact.services?.cascade

const ASK = { kind: 'quality', quality: 0.97, mode: 'estimate', policy: 'cascade' } as const

describe('an artifact with a cascade', () => {
  it('holds the very router that it would hold without', async () => {
    const { services: _services, ...router } = artifact
    expect(await train(training, { pair: PLANTED_PAIR, seed: 1, dataHash: 'a' })).toEqual(router)
  })

  it('reads what the question does not say', () => {
    expect(cascade?.rows).toBe(1200)
    // Knowing the true chances, the question alone gives 0.712 and question with answer 0.750.
    expect(cascade?.crossValidation.apgr ?? 0).toBeGreaterThan(
      (cascade?.crossValidation.routerApgr ?? 1) + 0.025,
    )
    expect(cascade?.crossValidation.expectedCalibrationError).toBeLessThan(0.05)
    expect(cascade?.costs).toMatchObject({ rows: 1200 })
    expect(cascade?.costs?.smallUsd).toBeCloseTo(0.001, 9)
  })

  it('is the same from the same rows and seed, to the byte', async () => {
    expect(saveArtifact(await trained())).toBe(saveArtifact(artifact))
  })

  it('decides the same before and after saving', async () => {
    const loaded = createRiver(loadArtifact(saveArtifact(artifact)))
    for (const row of fresh.slice(0, 100)) {
      expect((await replay(loaded, row, ASK))?.attempts).toEqual((await replay(river, row, ASK))?.attempts)
    }
  })

  it('keeps more calls small at a level than the router, and the level, on rows it has not seen', async () => {
    const sums = { route: { kept: 0, quality: 0 }, cascade: { kept: 0, quality: 0 } }
    let all = 0
    for (const row of fresh) {
      all += row.models[large]?.score ?? 0
      for (const policy of ['route', 'cascade'] as const) {
        const accepted = (await replay(river, row, { ...ASK, policy }))?.accepted
        sums[policy].kept += accepted?.model === small ? 1 : 0
        sums[policy].quality += accepted?.quality ?? 0
      }
    }
    expect(sums.cascade.kept).toBeGreaterThan(sums.route.kept * 1.1)
    // 800 rows know the quality to about 1.5 points.
    expect(sums.cascade.quality / all).toBeGreaterThan(0.97 - 0.03)
  })

  it('replays what it serves: same calls, same answers, same reasons', async () => {
    for (const row of fresh.slice(0, 60)) {
      const query = queryFromOutcome(row)
      if (query === undefined) throw new Error('no text')
      const served = await serve<Attempt>(river, { query, ask: ASK }, async ({ model, readsAnswer }) => {
        const { response: text = '' } = row.models[model] ?? {}
        return { model, ...(readsAnswer === true ? { answers: [{ text }] } : {}) }
      })
      const replayed = await replay(river, row, ASK)
      expect(replayed?.decision).toEqual(served.decision)
      expect(replayed?.verdicts).toEqual(served.verdicts)
      expect(replayed?.attempts.map(({ score }) => score)).toEqual(served.attempts.map(({ score }) => score))
    }
  })

  it('one probe says where a query changes sides, and the policy agrees at every level', async () => {
    const points = river.services?.cascade?.levels.estimate ?? []
    for (const row of fresh.slice(0, 25)) {
      const probed = await probe(river, row, 'cascade')
      if (probed === undefined || probed.unfamiliar) continue
      for (const { quality, threshold } of points.filter((_, i) => i % 10 === 0)) {
        const replayed = await replay(river, row, { ...ASK, quality })
        const isKept = threshold !== null && probed.place >= threshold
        expect(replayed?.accepted?.model === small).toBe(isKept)
      }
    }
  })

  it('skips drafts that would hardly be accepted when they cost much', async () => {
    const dear = training.map((row) => ({
      ...row,
      models: { ...row.models, [small]: { ...row.models[small], costUsd: 0.006 } },
    }))
    const options = { pair: PLANTED_PAIR, seed: 1, dataHash: 'b', policies: ['cascade'] as const }
    const careful = createRiver(await train(dear, options))
    const drafts = { cheap: 0, dear: 0 }
    for (const row of fresh) {
      drafts.cheap += (await replay(river, row, ASK))?.attempts[0]?.model === small ? 1 : 0
      drafts.dear += (await replay(careful, row, ASK))?.attempts[0]?.model === small ? 1 : 0
    }
    expect(drafts.dear).toBeLessThan(drafts.cheap * 0.8)
    expect(drafts.dear).toBeGreaterThan(0)
  })

  it('is proven on fresh rows by calibrate, and left behind when bound to another pair', async () => {
    const proven = await calibrate(artifact, fresh, { dataHash: 'c' })
    expect(proven.services?.cascade?.calibration).toMatchObject({
      source: 'held-out',
      guarantee: 'finite-sample',
      rows: 800,
      dataHash: 'c',
    })
    expect(proven.services?.cascade?.estimator).toEqual(cascade?.estimator)
    const other = fresh.map((row) => ({ ...row, models: { ...row.models, tiny: row.models[small] ?? {} } }))
    const bound = await calibrate(artifact, other, { dataHash: 'c', pair: { small: 'tiny', large } })
    expect(bound.services).toBeUndefined()
  })
})

describe('what a cascade cannot do', () => {
  it('refuses to train on rows without answers, saying what they lack', async () => {
    const bare = createPlantedRows({ rows: 300, seed: 3 }).map(({ row }) => row)
    await expect(
      train(bare, { pair: PLANTED_PAIR, seed: 1, dataHash: 'a', policies: ['cascade'] }),
    ).rejects.toMatchObject({ code: 'data.too_few', message: expect.stringContaining('storeText') as string })
  })

  it('an artifact without one refuses the policy', async () => {
    const { services: _services, ...router } = artifact
    const [row] = fresh
    if (row === undefined) throw new Error('no row')
    await expect(replay(createRiver(router), row, ASK)).rejects.toMatchObject({ code: 'request.policy' })
  })

  it('names the damaged part of its parameters', () => {
    if (cascade === undefined) throw new Error('no cascade')
    const estimator = {
      ...cascade.estimator,
      parameters: { ...(cascade.estimator.parameters as object), slope: null },
    }
    const damaged = { ...artifact, services: { cascade: { ...cascade, estimator } } }
    expect(() => createRiver(damaged)).toThrow(/services\.cascade\.slope is missing or damaged/)
  })

  it('an answer that cannot be read is escalated, or given, as it was told', async () => {
    const [row] = fresh.filter((one) => one.models[small]?.score === 1)
    if (row === undefined) throw new Error('no row')
    const silent = { ...row, models: { ...row.models, [small]: { score: 1 } } }
    const low = { ...ASK, quality: 0.5 }
    expect((await replay(river, silent, low))?.verdicts).toEqual(['escalate', 'accept'])
    const trusting = createRiver(artifact, { onScorerFailure: 'accept' })
    expect(await replay(trusting, silent, low)).toMatchObject({
      verdicts: ['accept'],
      acceptReason: 'scorer_failed',
    })
  })
})
