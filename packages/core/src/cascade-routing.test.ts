import { describe, expect, it } from 'vitest'
import {
  fitCascadeRouting,
  replayFamily,
  replayPool,
  weightsWithin,
  type PoolTrials,
} from './cascade-routing.ts'
import {
  createCascadeRoutingService,
  createPoolRiver,
  familyThresholds,
  weightsAt,
  type CascadeRoutingParameters,
} from './cascade-routing-service.ts'
import type { ModelOutcome, Outcome } from './contract/outcome.ts'
import { createRng, type Rng } from './math/rng.ts'
import { replay } from './replay.ts'
import { createLexicalEncoder, LEXICAL_SPEC } from './request/lexical.ts'
import type { River } from './serve.ts'
import { fromStoredCascadeRouting, toStoredCascadeRouting } from './stored-cascade-routing.ts'

const MODELS = ['dear', 'cheap', 'middle']
const COSTS: Readonly<Record<string, number>> = { cheap: 1e-5, middle: 1e-4, dear: 1e-3 }
/** Chance of being right on easy and on hard questions. */
const SKILLS: Readonly<Record<string, readonly [number, number]>> = {
  cheap: [0.95, 0.3],
  middle: [0.96, 0.6],
  dear: [0.97, 0.9],
}
const WORDS = {
  easy: ['colour', 'sky', 'apple', 'name', 'common'],
  hard: ['theorem', 'manifold', 'prove', 'spectral', 'lemma'],
}

/** Right answers are A and mostly confident, wrong ones another letter and mostly not. */
function plantAnswer(model: string, isHard: boolean, rng: Rng): ModelOutcome {
  const isRight = rng.next() < (SKILLS[model]?.[isHard ? 1 : 0] ?? 0)
  const doubt = Math.exp(-(isRight ? 4 : 1) - rng.next())
  const response = isRight ? 'A' : (['B', 'C', 'D'][rng.int(3)] ?? 'B')
  const costUsd = (COSTS[model] ?? 0) * (1 + rng.next() / 10)
  return { score: isRight ? 1 : 0, response, logprob: Math.log(1 - doubt), costUsd }
}

function plant(count: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, (_, i) => {
    const isHard = rng.next() < 0.5
    const words = WORDS[isHard ? 'hard' : 'easy']
    const drawn = Array.from({ length: 6 }, () => words[rng.int(words.length)] ?? '')
    return {
      id: `row-${i}`,
      prompt: `${drawn.join(' ')} number ${i}?`,
      category: isHard ? 'hard' : 'easy',
      models: Object.fromEntries(MODELS.map((model) => [model, plantAnswer(model, isHard, rng)])),
    }
  })
}

const TRAINING = plant(400, 1)
const TESTED = plant(200, 2)
const fitted = fitCascadeRouting(TRAINING, { models: MODELS, seed: 1, searchesSteps: false })

function riverAt(parameters: CascadeRoutingParameters, threshold: number | null): River {
  const point = {
    quality: 1,
    mode: 'estimate',
    threshold,
    expectedCostAdvantage: 0,
    expectedQuality: 1,
  } as const
  const levels = { promise: [point], estimate: [point] }
  const service = createCascadeRoutingService(parameters, { levels, onUnfamiliar: 'score' })
  return createPoolRiver(parameters, { service, encoder: createLexicalEncoder() })
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function means({ quality, costUsd }: PoolTrials): { readonly quality: number; readonly costUsd: number } {
  return { quality: mean(quality), costUsd: mean(costUsd) }
}

describe('fitCascadeRouting', () => {
  it('orders the models by what their calls cost, and learns a fit for every set of them that may have run', async () => {
    const { parameters, rows } = await fitted
    expect(parameters.models).toEqual(['cheap', 'middle', 'dear'])
    expect([...parameters.answers.states.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(parameters.covariances.map(({ state }) => state)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    // Nothing is left to be learned once all have run.
    expect(parameters.covariances.at(-1)?.values.every((value) => value === 0)).toBe(true)
    expect(rows).toHaveLength(400)
  })

  it('serves fresh rows better than any model alone at less than half of the dearest one, with every call paid', async () => {
    const { parameters } = await fitted
    const trials = await Promise.all(
      familyThresholds(parameters).map(async (threshold) =>
        means(await replayPool(riverAt(parameters, threshold), TESTED)),
      ),
    )
    const dearest = TESTED.reduce((sum, row) => sum + (row.models['dear']?.score ?? 0), 0) / TESTED.length
    const within = trials.filter(({ costUsd }) => costUsd < 0.5e-3).map(({ quality }) => quality)
    expect(Math.max(...within)).toBeGreaterThan(dearest)
    expect(trials.at(-1)?.costUsd).toBeLessThan(1.2e-5)
    expect(trials[0]?.costUsd).toBeGreaterThan(1e-3)
  })

  it('decides the same after saving and loading', async () => {
    const { parameters } = await fitted
    const text = JSON.stringify(toStoredCascadeRouting(parameters))
    const loaded = fromStoredCascadeRouting(JSON.parse(text), LEXICAL_SPEC)
    for (const threshold of [0.3, 0.6, 1]) {
      const [before, after] = [riverAt(parameters, threshold), riverAt(loaded, threshold)]
      for (const row of TESTED.slice(0, 40)) {
        const ask = { kind: 'quality', quality: 1 } as const
        const [ours, theirs] = [await replay(before, row, ask), await replay(after, row, ask)]
        expect(theirs?.attempts).toEqual(ours?.attempts)
        expect(theirs?.acceptReason).toBe(ours?.acceptReason)
      }
    }
  })

  it('refuses damaged parameters, naming what is damaged', async () => {
    const { parameters } = await fitted
    const stored = toStoredCascadeRouting(parameters)
    const tries: readonly (readonly [object, string])[] = [
      [{ ...stored, pool: { ...stored.pool, models: ['cheap'] } }, 'pool.qualities'],
      [{ ...stored, answers: { ...stored.answers, signal: 'none' } }, 'answers.signal'],
      [{ ...stored, covariances: [{ state: 1, values: [1] }] }, 'covariances'],
      [{ ...stored, family: { scales: [], ratios: [1] } }, 'family.scales'],
      [{ ...stored, maxDepth: null }, 'maxDepth'],
    ]
    for (const [damaged, where] of tries)
      expect(() => fromStoredCascadeRouting(damaged, LEXICAL_SPEC)).toThrow(where)
  })

  it('gives the dearest answer where no setting keeps the level', async () => {
    const { parameters } = await fitted
    const replayed = await replay(riverAt(parameters, null), TESTED[0]!, { kind: 'quality', quality: 1 })
    expect(replayed?.attempts.map(({ model }) => model)).toEqual(['dear'])
    expect(replayed?.decision.reason).toBe('level_not_feasible')
  })

  it('replays the training rows at every setting with estimates that have not seen them', async () => {
    const fit = await fitted
    const family = await replayFamily(fit)
    expect(family.map(({ threshold }) => threshold)).toEqual(familyThresholds(fit.parameters))
    const costs = family.map((trials) => means(trials).costUsd)
    // From dear to cheap, but for queries that happen to be cheaper with a model that is dearer on the mean.
    costs.slice(1).forEach((cost, i) => expect(cost).toBeLessThan((costs[i] ?? 0) * 1.1))
    expect(fit.heldOut(0, 0)).not.toEqual(fit.heldOut(0, 7))
  })

  it('finds weights for a budget, and says when there are none', async () => {
    const fit = await fitted
    const weights = await weightsWithin(fit, 2e-4)
    expect(weights).toHaveLength(1)
    const { costUsd } = means(await replayPool(fit.heldOutRiver(weights ?? [0]), fit.rows))
    expect(costUsd).toBeLessThanOrEqual(2e-4)
    expect(costUsd).toBeGreaterThan(1.5e-4)
    expect(await weightsWithin(fit, 1e-7)).toBeUndefined()
    expect(await weightsWithin(fit, 1)).toEqual([0])
    expect(weightsAt(fit.parameters, 1)).toEqual([0])
  })

  it('refuses rows without costs and rows without all models', async () => {
    const free = TRAINING.map((row) => ({
      ...row,
      models: Object.fromEntries(
        Object.entries(row.models).map(([model, { score = 0, response = '' }]) => [
          model,
          { score, response },
        ]),
      ),
    }))
    await expect(fitCascadeRouting(free, { models: MODELS, seed: 1 })).rejects.toThrow('costUsd')
    await expect(fitCascadeRouting(TRAINING, { models: [...MODELS, 'other'], seed: 1 })).rejects.toThrow(
      'other',
    )
  })
})
