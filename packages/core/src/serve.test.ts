/** The river: serve, decide and replay over rows of which the truth is known, with upstreams that answer or fail as told. */
import { describe, expect, it } from 'vitest'
import type { Attempt } from './contract/attempt.ts'
import type { Mode, OperatingPoint } from './contract/decision.ts'
import { isWeirError } from './contract/errors.ts'
import type { Encoder, Features } from './contract/features.ts'
import type { Outcome } from './contract/outcome.ts'
import type { Query } from './contract/query.ts'
import { replay } from './replay.ts'
import type { Ask } from './request/ask.ts'
import { queryFromOutcome, queryFromPrompt } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide, serve, type Call, type River } from './serve.ts'
import { createPlantedRows, PLANTED_PAIR } from './suites/planted-rows.ts'
import { train } from './train.ts'

/** Reads the score from the text, so that tests say what they mean. */
const READER: Encoder = {
  spec: { name: 'reader', version: 1, buckets: 0, channels: [], surface: ['score'] },
  encode: ({ turns }): Features => ({
    indices: new Uint32Array(),
    values: new Float32Array(),
    surface: Float32Array.of(Number(turns[0]?.text)),
    truncated: (turns[0]?.text ?? '').length > 5,
  }),
}

function levelsOf(mode: Mode): OperatingPoint[] {
  return [0.5, 0.9, 1].map((quality) => ({
    quality,
    mode,
    threshold: quality === 1 ? null : quality,
    expectedCostAdvantage: 0.5,
    expectedQuality: quality,
  }))
}

const RIVER: River = {
  pair: { small: 's', large: 'l' },
  candidates: [{ model: 's' }, { model: 'l', images: false }],
  encoder: READER,
  estimator: { name: 'reader', estimate: ({ surface }) => ({ pSmall: surface[0] ?? 0 }) },
  levels: { promise: levelsOf('promise'), estimate: levelsOf('estimate') },
  mode: 'estimate',
  confidence: 0.95,
}

const ASK: Ask = { kind: 'quality', quality: 0.9 }
const failing: Call<Attempt> = async ({ model }) => ({
  model,
  error: { code: 'upstream.connect', message: 'down' },
})
const answering: Call<Attempt> = async ({ model }) => ({ model })

/** A call that notes who was called and fails for the models named. */
function callNoting(called: string[], broken: readonly string[] = []): Call<Attempt> {
  return (action) => {
    called.push(`${action.model} ${action.reason}`)
    return broken.includes(action.model) ? failing(action) : answering(action)
  }
}

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (isWeirError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('decide', () => {
  it('says everything about the choice', () => {
    expect(decide(RIVER, queryFromPrompt('0.95'), ASK)).toEqual({
      level: 0.9,
      confidence: null,
      unfamiliar: false,
      model: 's',
      reason: 'score_at_or_above_threshold',
      score: Math.fround(0.95),
      threshold: 0.9,
      quality: 0.9,
      mode: 'estimate',
      truncated: false,
      propensity: 1,
      ranking: ['s', 'l'],
      policy: 'threshold',
      refused: [],
    })
  })

  it('serves different levels from one river, in any order', () => {
    const at = (quality: number): string =>
      decide(RIVER, queryFromPrompt('0.7'), { kind: 'quality', quality }).model
    expect([at(0.9), at(0.5), at(1), at(0.5), at(0.9)]).toEqual(['l', 's', 'l', 's', 'l'])
    expect(decide(RIVER, queryFromPrompt('0.7'), { kind: 'quality', quality: 1 })).toMatchObject({
      reason: 'level_not_feasible',
      threshold: null,
    })
  })

  it('takes a raw cut-off, without a level', () => {
    expect(decide(RIVER, queryFromPrompt('0.5'), { kind: 'threshold', threshold: 0.5 })).toMatchObject({
      model: 's',
      threshold: 0.5,
      quality: null,
      mode: null,
    })
  })

  it('goes straight to a named model, without looking at the text', () => {
    const blind = { ...RIVER, encoder: { ...READER, encode: () => fail() } }
    expect(decide(blind, queryFromPrompt('0.1'), { kind: 'model', model: 's' })).toMatchObject({
      model: 's',
      reason: 'model_named',
      score: null,
      threshold: null,
      policy: 'named',
    })
  })

  it('leaves out who cannot serve, and says why', () => {
    const query = { ...queryFromPrompt('0.1'), images: 1 }
    expect(decide(RIVER, query, ASK)).toMatchObject({
      model: 's',
      reason: 'only_candidate',
      ranking: ['s'],
      refused: [{ model: 'l', because: 'no_images' }],
    })
    expect(codeOf(() => decide(RIVER, query, { kind: 'model', model: 'l' }))).toMatch(
      /^pool\.empty: .*l: no_images/,
    )
    const river = { ...RIVER, candidates: [] }
    expect(codeOf(() => decide(river, query, ASK))).toMatch(/^pool\.empty: .*none is configured/)
  })

  it.each<[string, Partial<River>]>([
    ['encoder that throws', { encoder: { ...READER, encode: () => fail() } }],
    ['estimator that throws', { estimator: { name: 'x', estimate: () => fail() } }],
    [
      'estimator that gives no number',
      { estimator: { name: 'x', estimate: () => ({ pSmall: Number.NaN }) } },
    ],
  ])('an %s does not fail the request: it goes where configured and the decision says so', (_, broken) => {
    const query = queryFromPrompt('0.95')
    const failed = { reason: 'estimator_failed', score: null }
    expect(decide({ ...RIVER, ...broken }, query, ASK)).toMatchObject({ ...failed, model: 'l' })
    const toSmall = { ...RIVER, ...broken, onEstimatorFailure: 'small' as const }
    expect(decide(toSmall, query, ASK)).toMatchObject({ ...failed, model: 's' })
  })

  it('says when not all of the text was read', () => {
    expect(decide(RIVER, queryFromPrompt('0.9500001'), ASK).truncated).toBe(true)
  })
})

describe('serve', () => {
  it('calls who was decided on, once, and accepts the answer', async () => {
    const called: string[] = []
    const query = queryFromPrompt('0.95')
    const served = await serve(RIVER, { query, ask: ASK }, callNoting(called))
    expect(called).toEqual(['s score_at_or_above_threshold'])
    expect(served.decision).toEqual(decide(RIVER, query, ASK))
    expect(served.accepted).toBe(served.attempts[0])
  })

  it('fails over once, and the decision stays what was decided', async () => {
    const called: string[] = []
    const served = await serve(RIVER, { query: queryFromPrompt('0.95'), ask: ASK }, callNoting(called, ['s']))
    expect(called).toEqual(['s score_at_or_above_threshold', 'l failover'])
    expect(served.decision.model).toBe('s')
    expect(served.accepted?.model).toBe('l')
    expect(served.attempts.map(({ error }) => error?.code)).toEqual(['upstream.connect', undefined])
  })

  it('gives up when both fail', async () => {
    const called: string[] = []
    const served = await serve(
      RIVER,
      { query: queryFromPrompt('0.1'), ask: ASK },
      callNoting(called, ['s', 'l']),
    )
    expect(called).toEqual(['l score_below_threshold', 's failover'])
    expect(served.accepted).toBeUndefined()
  })

  it('does not fail over from a named model', async () => {
    const called: string[] = []
    const ask: Ask = { kind: 'model', model: 's' }
    const served = await serve(RIVER, { query: queryFromPrompt('0.9'), ask }, callNoting(called, ['s']))
    expect(called).toEqual(['s model_named'])
    expect(served.accepted).toBeUndefined()
    expect(served.attempts.length).toBe(1)
  })

  it('never calls a model that cannot serve, not even after a failure', async () => {
    const called: string[] = []
    const query: Query = { ...queryFromPrompt('0.95'), images: 1 }
    await serve(RIVER, { query, ask: ASK }, callNoting(called, ['s']))
    expect(called).toEqual(['s only_candidate'])
  })

  it('calls no one when no one can serve', async () => {
    const called: string[] = []
    const serving = serve(
      { ...RIVER, candidates: [] },
      { query: queryFromPrompt('0'), ask: ASK },
      callNoting(called),
    )
    await expect(serving).rejects.toMatchObject({ code: 'pool.empty' })
    expect(called).toEqual([])
  })
})

describe('replay', () => {
  const row: Outcome = {
    id: '1',
    prompt: '0.95',
    models: {
      s: { score: 0.25, costUsd: 0.1, latencyMs: 5, inputTokens: 3, outputTokens: 4 },
      l: { samples: [{ score: 1 }, { score: 0.5 }] },
    },
  }

  it('looks the answer up, with what it cost', async () => {
    expect((await replay(RIVER, row, ASK))?.accepted).toEqual({
      model: 's',
      quality: 0.25,
      costUsd: 0.1,
      latencyMs: 5,
      usage: { inputTokens: 3, outputTokens: 4 },
    })
  })

  it('takes the mean of the samples as quality, as learning does', async () => {
    expect((await replay(RIVER, { ...row, prompt: '0.1' }, ASK))?.accepted?.quality).toBe(0.75)
  })

  it('counts a model without an outcome as a failed call', async () => {
    const replayed = await replay(RIVER, { ...row, models: { l: { score: 1 } } }, ASK)
    expect(replayed?.decision.model).toBe('s')
    expect(replayed?.attempts[0]?.error?.code).toBe('data.model')
    expect(replayed?.accepted).toMatchObject({ model: 'l', quality: 1 })
    const inherited = {
      ...RIVER,
      pair: { small: 'constructor', large: 'l' },
      candidates: [{ model: 'constructor' }],
    }
    expect((await replay(inherited, row, ASK))?.attempts[0]?.error?.code).toBe('data.model')
  })

  it('says nothing of a row without text', async () => {
    expect(await replay(RIVER, { id: '2', models: row.models }, ASK)).toBeUndefined()
  })
})

describe('one river', () => {
  it('serve with a fake upstream, replay and decide make identical decisions on the same rows', async () => {
    const rows = createPlantedRows({ rows: 100, seed: 1 }).map((planted) => planted.row)
    const river = createRiver(
      await train(rows, { pair: PLANTED_PAIR, method: 'prob', seed: 1, dataHash: 'b' }),
      { candidates: [{ model: 'big' }, { model: 'little' }] },
    )
    const fresh = [
      ...createPlantedRows({ rows: 50, seed: 2 }),
      ...createPlantedRows({ rows: 50, seed: 3, form: 'messages' }),
    ]
    const asks: readonly Ask[] = [
      ...[0.6, 0.8, 0.95, 1].map((quality): Ask => ({ kind: 'quality', quality })),
      { kind: 'threshold', threshold: 0.4 },
      { kind: 'model', model: 'big' },
    ]
    const chosen = new Set<string>()
    for (const { row } of fresh) {
      for (const ask of asks) {
        const query = queryFromOutcome(row)
        if (query === undefined) throw new Error('the row has no text')
        const live = await serve(river, { query, ask }, answering)
        const replayed = await replay(river, row, ask)
        expect(live.decision).toEqual(decide(river, query, ask))
        expect(replayed?.decision).toEqual(live.decision)
        expect(replayed?.attempts.map(({ model }) => model)).toEqual(live.attempts.map(({ model }) => model))
        chosen.add(live.decision.model)
      }
    }
    expect([...chosen].sort()).toEqual(['big', 'little'])
  })
})

function fail(): never {
  throw new Error('broken on purpose')
}

function askFor(quality: number, mode?: Mode): Ask {
  return { kind: 'quality', quality, ...(mode === undefined ? {} : { mode }) }
}

describe('a query unlike the training rows', () => {
  const river: River = {
    ...RIVER,
    estimator: { name: 'stranger', estimate: () => ({ pSmall: 1, isUnfamiliar: true }) },
  }

  it('goes to the large model at any level, and says why', () => {
    expect(decide(river, queryFromPrompt('1'), askFor(0.5))).toMatchObject({
      model: 'l',
      reason: 'unfamiliar_query',
      unfamiliar: true,
    })
  })

  it('is scored as any other where the configuration or a raw cut-off says so', () => {
    const scored = { model: 's', reason: 'score_at_or_above_threshold', unfamiliar: true }
    expect(decide({ ...river, onUnfamiliar: 'score' }, queryFromPrompt('1'), askFor(0.5))).toMatchObject(
      scored,
    )
    expect(decide(river, queryFromPrompt('1'), { kind: 'threshold', threshold: 0.5 })).toMatchObject(scored)
  })
})

describe('modes', () => {
  const river: River = {
    ...RIVER,
    levels: {
      ...RIVER.levels,
      promise: [
        { quality: 0.8, mode: 'promise', threshold: 0.6, expectedCostAdvantage: 0.4, expectedQuality: 0.9 },
        {
          quality: 1,
          mode: 'promise',
          threshold: null,
          expectedCostAdvantage: 0,
          expectedQuality: 1,
          rowsNeeded: 9000,
        },
      ],
    },
  }
  it('a promise says its level and how sure it is', () => {
    expect(decide(river, queryFromPrompt('0.7'), askFor(0.75, 'promise'))).toMatchObject({
      model: 's',
      mode: 'promise',
      quality: 0.75,
      level: 0.8,
      threshold: 0.6,
      confidence: 0.95,
    })
  })

  it('an unprovable level goes to the large model and says why, however sure the router is', () => {
    expect(decide(river, queryFromPrompt('1'), askFor(0.9, 'promise'))).toMatchObject({
      model: 'l',
      reason: 'level_not_provable',
      level: 1,
      threshold: null,
      confidence: null,
    })
    expect(decide(river, queryFromPrompt('1'), askFor(1, 'estimate'))).toMatchObject({
      model: 'l',
      reason: 'level_not_feasible',
      mode: 'estimate',
    })
  })

  it('the river has the last word when the caller names none', () => {
    expect(decide(river, queryFromPrompt('0.95'), askFor(0.9))).toMatchObject({
      mode: 'estimate',
      model: 's',
    })
    expect(decide({ ...river, mode: 'promise' }, queryFromPrompt('0.95'), askFor(0.9))).toMatchObject({
      mode: 'promise',
      model: 'l',
    })
  })
})
