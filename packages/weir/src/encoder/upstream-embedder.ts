/**
 * Embeddings of an upstream: POST /v1/embeddings as OpenAI has it, many texts a call. What fails for a moment is sent again after a wait (full
 * jitter, or as Retry-After says) while the time of the call lasts.
 */
import { createHash } from 'node:crypto'
import { isRecord, parseJson, WeirError, type Embedder } from '@weir/core'
import { parseBaseUrl } from '../upstream/base-url.ts'
import { REAL_CLOCK, type Clock } from '../upstream/clock.ts'
import { createOrigin, type Origin } from '../upstream/dispatch.ts'
import { DEFAULT_FAULTS } from '../upstream/faults.ts'
import { authHeaders, REQUEST_HEADERS } from '../upstream/providers.ts'
import { readRetryAfterMs } from '../upstream/retry-after.ts'
import { backoffMs } from '../upstream/retry.ts'
import type { UpstreamDefinition } from './definition.ts'
import { postJson, type Reply } from './post-json.ts'
import { toUnit } from './unit.ts'

export interface OpenedEmbedder {
  readonly embedder: Embedder
  close(): Promise<void>
}

export interface UpstreamTools {
  /** Of the vectors, where known: an artifact says. Default: one text is embedded to find out. */
  readonly dimension?: number
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
}

/** For a batch while training or measuring, ms: nobody waits for it, and a slow server is better than none. */
const BATCH_TIMEOUT_MS = 60_000
/** Calls under way at once. */
const PARALLEL = 4
/** A number in JSON takes some 12 bytes; twice that, for 4,096 dimensions. */
const BYTES_PER_TEXT = 100_000

/** Throws `config.value` for a base URL that is none, and what a first call throws where the dimension is not known. */
export async function openUpstreamEmbedder(
  definition: UpstreamDefinition,
  { clock = REAL_CLOCK, random = drawJitter, ...known }: UpstreamTools = {},
): Promise<OpenedEmbedder> {
  const { origin: address, path } = parseBaseUrl(definition.baseUrl)
  const limit = definition.timeoutMs
  const origin = createOrigin(address, {
    connectMs: limit,
    firstByteMs: BATCH_TIMEOUT_MS,
    idleMs: BATCH_TIMEOUT_MS,
  })
  const ask = createAsk({ definition, origin, path: `${path}/embeddings`, clock, random })
  try {
    const dimension = known.dimension ?? definition.dimension ?? (await findDimension(ask))
    return { embedder: createEmbedder(definition, ask, dimension), close: () => origin.destroy() }
  } catch (error) {
    await origin.destroy()
    throw error
  }
}

/** Vectors as the upstream gives them. Rejects with an `upstream.` error. */
type Ask = (texts: readonly string[]) => Promise<readonly (readonly number[])[]>

async function findDimension(ask: Ask): Promise<number> {
  const [vector = []] = await ask(['weir'])
  return vector.length
}

function createEmbedder(definition: UpstreamDefinition, ask: Ask, dimension: number): Embedder {
  const { model, batch } = definition
  return {
    // The weights are out of reach: a name stands for them.
    spec: { name: 'upstream', model, dimension, weightsHash: hashOf([model, definition.dimension ?? null]) },
    async embed(texts) {
      const vectors: Float32Array[] = texts.map(() => new Float32Array(dimension))
      // Providers refuse empty texts, which say nothing anyway.
      const places = [...texts.keys()].filter((i) => (texts[i] ?? '').trim() !== '')
      const groups = split(places, batch)
      for (let from = 0; from < groups.length; from += PARALLEL) {
        await Promise.all(
          groups.slice(from, from + PARALLEL).map(async (group) => {
            const given = await ask(group.map((i) => texts[i] ?? ''))
            group.forEach((place, i) => {
              const vector = given[i] ?? []
              if (vector.length !== dimension) throw otherLength(model, vector.length, dimension)
              vectors[place] = toUnit(Float32Array.from(vector))
            })
          }),
        )
      }
      return vectors
    },
  }
}

function hashOf(asked: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16)
}

function split(places: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(places.length / size) }, (_, i) =>
    places.slice(i * size, (i + 1) * size),
  )
}

function otherLength(model: string, got: number, wanted: number): WeirError {
  return new WeirError(
    'upstream.bad_body',
    `${model} gave a vector of length ${got} where ${wanted} is needed; name the model that was trained with, or set dimension`,
  )
}

interface AskTools {
  readonly definition: UpstreamDefinition
  readonly origin: Origin
  readonly path: string
  readonly clock: Clock
  readonly random: () => number
}

function createAsk({ definition, origin, path, clock, random }: AskTools): Ask {
  const { model, dimension, apiKey, timeoutMs } = definition
  const headers = [
    ...REQUEST_HEADERS,
    ...(apiKey === undefined ? [] : authHeaders('bearer', apiKey.reveal())),
  ]
  const { retry } = DEFAULT_FAULTS
  return async (texts) => {
    const untilMs = clock.nowMs() + (texts.length > 1 ? BATCH_TIMEOUT_MS : timeoutMs)
    const body = {
      model,
      input: texts,
      encoding_format: 'float',
      ...(dimension === undefined ? {} : { dimensions: dimension }),
    }
    const post = { path, headers, body, untilMs, mostBytes: BYTES_PER_TEXT * (1 + texts.length) }
    for (let retries = 0; ; retries++) {
      const tried = await tryOnce(() => postJson(origin, post))
      if ('reply' in tried && tried.reply.status === 200) return readVectors(tried.reply.text, texts.length)
      const retryAfterMs = 'reply' in tried ? (readRetryAfterMs(tried.reply.headers, clock.wallMs()) ?? 0) : 0
      const waitMs = backoffMs(retry, { retries, retryAfterMs, random: random() })
      const isOver = retries >= retry.count || clock.nowMs() + waitMs >= untilMs
      if (isOver || !isPassing(tried)) throw toError(tried)
      await new Promise<void>((resolve) => clock.after(waitMs, resolve))
    }
  }
}

type Tried = { readonly reply: Reply } | { readonly error: unknown }

async function tryOnce(post: () => Promise<Reply>): Promise<Tried> {
  try {
    return { reply: await post() }
  } catch (error) {
    return { error }
  }
}

/** What may go well the next time. */
function isPassing(tried: Tried): boolean {
  if ('error' in tried) return tried.error instanceof WeirError && tried.error.code !== 'upstream.bad_body'
  const { status } = tried.reply
  return status === 408 || status === 429 || status >= 500
}

/** Never the reply's text: it may hold the prompt. */
function toError(tried: Tried): unknown {
  if ('error' in tried) return tried.error
  return new WeirError(
    'upstream.refused',
    `the embeddings upstream answered status ${tried.reply.status}; check its URL, its model and its key`,
  )
}

/** One per text, in their order, whatever order they came in. */
function readVectors(text: string, count: number): readonly (readonly number[])[] {
  const data = tryParse(text)
  const vectors: (readonly number[])[] = []
  for (const [i, item] of (Array.isArray(data) ? data : []).entries()) {
    if (!isRecord(item)) continue
    const { index, embedding } = item
    if (Array.isArray(embedding) && embedding.every((x) => Number.isFinite(x)))
      vectors[typeof index === 'number' ? index : i] = embedding as readonly number[]
  }
  if (vectors.length === count && Object.keys(vectors).length === count) return vectors
  throw new WeirError(
    'upstream.bad_body',
    `the embeddings upstream gave no vector for some of ${count} texts`,
  )
}

function tryParse(text: string): unknown {
  try {
    const body = parseJson(text)
    return isRecord(body) ? body['data'] : undefined
  } catch {
    return undefined
  }
}

/** Waits need no seed: nothing that is recorded or replayed depends on them. */
function drawJitter(): number {
  // oxlint-disable-next-line no-restricted-properties -- the default of an injected source; replays have no waits
  return Math.random()
}
