/** An embedder beside the text: what it says reaches every method, live and replayed alike, and what goes wrong with it is said. */
import { describe, expect, it } from 'vitest'
import { createCachedEmbedder } from './cached-embedder.ts'
import { loadArtifact, saveArtifact } from './contract/artifact-file.ts'
import type { Artifact } from './contract/artifact.ts'
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'
import type { Outcome } from './contract/outcome.ts'
import { embedQuery, readWith } from './embed.ts'
import { auroc } from './math/auroc.ts'
import { createRng } from './math/rng.ts'
import { knn } from './methods/knn.ts'
import { replay } from './replay.ts'
import { embeddingTextOf } from './request/encoder.ts'
import { queryFromOutcome, queryFromPrompt } from './request/query.ts'
import { createRiver } from './river.ts'
import { decide, serve } from './serve.ts'
import { checkEmbedder } from './suites/check-embedder.ts'
import { checkRouter } from './suites/check-router.ts'
import { trainPool } from './train-pool.ts'
import { train } from './train.ts'

const MODELS = ['cheap', 'dear']
const ASK = { kind: 'quality', quality: 0.95, mode: 'estimate' } as const

/** Prompts of one length in words that no two rows share: only the vector knows which are hard. */
function rowsOf(count: number, seed: number): Outcome[] {
  const rng = createRng(seed)
  return Array.from({ length: count }, (_, i): Outcome => {
    const isHard = rng.next() < 0.5
    return {
      id: `${seed}-${i}`,
      prompt: `${rng.int(1e9).toString(36)} ${isHard ? 'z' : 'q'}${rng.int(1e9).toString(36)}`,
      models: {
        cheap: { score: isHard ? 0 : 1, costUsd: 1e-5 },
        dear: { score: 1, costUsd: 1e-3 },
      },
    }
  })
}

function isHard(text: string): boolean {
  return / z/.test(text)
}

/** Knows what is hard. Texts it was given are listed in `asked`. */
function createOracle(asked: string[] = []): Embedder {
  return {
    spec: { name: 'test', model: 'oracle', dimension: 2, weightsHash: 'abc' },
    async embed(texts) {
      asked.push(...texts)
      return texts.map((text) => (isHard(text) ? Float32Array.of(1, 0) : Float32Array.of(0, 1)))
    },
  }
}

const TRAINING = rowsOf(300, 1)
const TESTED = rowsOf(100, 2)

async function trainWith(embedder?: Embedder): Promise<Artifact> {
  const options = { models: MODELS, method: knn, seed: 1, dataHash: 'x' }
  return trainPool(TRAINING, embedder === undefined ? options : { ...options, embedder })
}

const PLAIN = trainWith()
const SEEING = trainWith(createOracle())

async function aurocOf(artifact: Artifact, embedder?: Embedder): Promise<number> {
  const river = createRiver(artifact, embedder === undefined ? {} : { embedder })
  const scores: number[] = []
  for (const row of TESTED) {
    const replayed = await replay(river, row, ASK)
    scores.push(replayed?.decision.estimates?.find(({ model }) => model === 'cheap')?.quality ?? 0)
  }
  return auroc(
    scores,
    TESTED.map(({ models }) => models['cheap']?.score ?? 0),
  ) as number
}

describe('an artifact trained with an embedder', () => {
  it('reads what the text alone does not say', async () => {
    expect(await aurocOf(await PLAIN)).toBeLessThan(0.9)
    expect(await aurocOf(await SEEING, createOracle())).toBeGreaterThan(0.99)
  })

  it('names its embedder, and one without names none', async () => {
    expect((await SEEING).encoder.embedding).toEqual(createOracle().spec)
    expect('embedding' in (await PLAIN).encoder).toBe(false)
  })

  it('serves a pair too', async () => {
    const pair = { small: 'cheap', large: 'dear' }
    const artifact = await train(TRAINING, { pair, seed: 1, dataHash: 'x', embedder: createOracle() })
    const river = createRiver(artifact, { embedder: createOracle() })
    const scores = await Promise.all(
      TESTED.map(async (row) => (await replay(river, row, ASK))?.decision.score),
    )
    const labels = TESTED.map(({ models }) => models['cheap']?.score ?? 0)
    expect(
      auroc(
        scores.map((score) => score ?? 0),
        labels,
      ),
    ).toBeGreaterThan(0.99)
  })

  it('keeps the rules of routers, also after saving and loading', async () => {
    const artifact = await SEEING
    const embedder = createOracle()
    const queries = await Promise.all(
      TESTED.slice(0, 8).map((row) => embedQuery(embedder, queryFromOutcome(row) ?? queryFromPrompt(''))),
    )
    checkRouter(createRiver(artifact, { embedder }), queries, {
      reloaded: createRiver(loadArtifact(saveArtifact(artifact)), { embedder }),
    })
  })

  it('decides live as in a replay', async () => {
    const artifact = await SEEING
    const river = createRiver(artifact, { embedder: createOracle() })
    for (const row of TESTED.slice(0, 10)) {
      const query = queryFromOutcome(row) ?? queryFromPrompt('')
      const live = await serve(river, { query, ask: ASK }, async ({ model }) => ({ model }))
      expect(live.decision).toEqual((await replay(river, row, ASK))?.decision)
    }
  })
})

describe('what does not fit is refused at the start', () => {
  it.each([
    ['no embedder', undefined],
    ['other weights', { weightsHash: 'abd' }],
    ['another dimension', { dimension: 3 }],
    ['another kind', { name: 'words' }],
  ])('%s', async (_, change) => {
    const artifact = await SEEING
    const oracle = createOracle()
    const options =
      change === undefined ? {} : { embedder: { ...oracle, spec: { ...oracle.spec, ...change } } }
    expect(() => createRiver(artifact, options)).toThrow(
      expect.objectContaining({ code: 'artifact.encoder' }) as Error,
    )
  })

  it('an embedder that the artifact was not trained with', async () => {
    const artifact = await PLAIN
    expect(() => createRiver(artifact, { embedder: createOracle() })).toThrow(/needs no embedder/)
  })

  it('a file of the same weights in another place is the same embedder', async () => {
    const artifact = await SEEING
    const oracle = createOracle()
    createRiver(artifact, { embedder: { ...oracle, spec: { ...oracle.spec, model: 'moved' } } })
  })
})

describe('an embedder that fails', () => {
  const broken: Embedder = {
    ...createOracle(),
    embed: () => Promise.reject(new WeirError('upstream.refused', 'no')),
  }

  it('sends the query where the configuration says, and the decision records it', async () => {
    const artifact = await SEEING
    const [row] = TESTED
    const replayed = row && (await replay(createRiver(artifact, { embedder: broken }), row, ASK))
    expect(replayed?.decision).toMatchObject({ model: 'dear', reason: 'estimator_failed' })
  })

  it('stops training', async () => {
    await expect(trainWith(broken)).rejects.toThrow(/no/)
  })

  it('one that gives vectors of another length than it said fails as well', async () => {
    const artifact = await SEEING
    const short = { ...createOracle(), embed: async () => [Float32Array.of(1)] }
    const [row] = TESTED
    const replayed = row && (await replay(createRiver(artifact, { embedder: short }), row, ASK))
    expect(replayed?.decision.reason).toBe('estimator_failed')
  })
})

describe('what is embedded', () => {
  it('is the last user turn; equal texts once', async () => {
    const asked: string[] = []
    const [row = { id: '', models: {} }] = TESTED
    await readWith(createOracle(asked), [row, { ...row, id: 'again' }])
    expect(asked).toEqual([row.prompt])
    const turns = [
      { role: 'system', text: 'rules' },
      { role: 'user', text: 'first' },
      { role: 'assistant', text: 'answer' },
      { role: 'user', text: 'second' },
    ] as const
    expect(embeddingTextOf({ ...queryFromPrompt(''), turns })).toBe('second')
  })

  it('is nothing when a model is asked for by name', async () => {
    const asked: string[] = []
    const river = createRiver(await SEEING, { embedder: createOracle(asked) })
    const query = queryFromPrompt('q zebra')
    await serve(river, { query, ask: { kind: 'model', model: 'cheap' } }, async ({ model }) => ({ model }))
    expect(asked).toEqual([])
  })
})

describe('createCachedEmbedder', () => {
  it('asks once for each text while it remembers it', async () => {
    const asked: string[] = []
    const cached = createCachedEmbedder(createOracle(asked), { entries: 2 })
    await cached.embed(['a', 'b', 'a'])
    await cached.embed(['a'])
    expect(asked).toEqual(['a', 'b'])
    // Two are remembered: c takes the place of b, which was not asked for since.
    await cached.embed(['c'])
    await cached.embed(['a', 'b'])
    expect(asked).toEqual(['a', 'b', 'c', 'b'])
  })

  it('has at hand what it remembers, so that a decision needs no waiting', async () => {
    const cached = createCachedEmbedder(createOracle(), { entries: 10 })
    const river = createRiver(await SEEING, { embedder: cached })
    const query = queryFromPrompt('a zebra')
    expect(decide(river, query, ASK).reason).toBe('estimator_failed')
    await cached.embed(['a zebra'])
    expect(decide(river, query, ASK).reason).not.toBe('estimator_failed')
  })

  it('keeps the contract of embedders', async () => {
    await checkEmbedder(createCachedEmbedder(createOracle(), { entries: 1 }), ['a z', 'b', 'c', 'b'])
  })

  it('says so when a vector is missing', async () => {
    const short = { ...createOracle(), embed: async () => [] }
    await expect(createCachedEmbedder(short, { entries: 1 }).embed(['a'])).rejects.toThrow(/0 vectors for 1/)
  })
})

describe('checkEmbedder', () => {
  const oracle = createOracle()
  it.each([
    ['too few vectors', async () => [], /give 0 vectors/],
    [
      'not unit',
      async (texts: readonly string[]) => texts.map(() => Float32Array.of(2, 0)),
      /neither 1 nor 0/,
    ],
    ['too short', async (texts: readonly string[]) => texts.map(() => Float32Array.of(1)), /length 1/],
    [
      'by position',
      async (texts: readonly string[]) =>
        texts.map((_, i) => (i % 2 === 0 ? Float32Array.of(1, 0) : Float32Array.of(0, 1))),
      /asked alone|another order/,
    ],
  ])('refuses one with %s', async (_, embed, rule) => {
    await expect(checkEmbedder({ ...oracle, embed }, ['a', 'b'])).rejects.toThrow(rule)
  })
})
