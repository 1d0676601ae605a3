/**
 * Lexical encoder, the default: local, no weights, no network. Hashed n-grams (ngrams.ts) of the whole conversation with the
 * last user turn weighted most, plus surface features (surface.ts).
 *
 *   value(bucket) = log2(1 + sum over turns of weight(turn) * count(bucket in turn))
 *
 * Weights: 1 for the main turn (the last user turn), CONTEXT_WEIGHT for the others, 0 for system turns: a constant system
 * prompt must not pin the score, and it says what the application is, not how hard this query is. A conversation of system
 * turns only is read as if they were the query. Inverse document frequencies are learned, so they belong to estimate/.
 */
import type { Encoder, EncoderSpec, Features } from '../contract/features.ts'
import type { Query, Turn } from '../contract/query.ts'
import { countKeys, countOf, createCounter, keyOf, resetCounter, type Counter } from '../math/counter.ts'
import { CONTEXT_LIMIT_CHARS, MAIN_LIMIT_CHARS, excerpt } from './excerpt.ts'
import { BUCKETS, CHANNEL_BUCKETS, createNgramList, listNgrams } from './ngrams.ts'
import { SURFACE_NAMES, readSurface } from './surface.ts'
import { createUnits, readLowerCase, readUnits } from './units.ts'

/** Weight of one n-gram in a turn other than the main one. Ours: small enough that a long history cannot drown the question. */
const CONTEXT_WEIGHT = 0.2

export const LEXICAL_SPEC: EncoderSpec = {
  name: 'lexical',
  version: 1,
  buckets: BUCKETS,
  channels: [CHANNEL_BUCKETS, BUCKETS],
  surface: SURFACE_NAMES,
}

/** log2(1 + count) of small whole counts: nearly all are, and the logarithm is a third of the encoder's time without this. */
const DAMPED: Float32Array = Float32Array.from({ length: 64 }, (_, count) => Math.log2(1 + count))

/** An encoder with scratch space of its own, as large as the longest text it met; calls must not overlap, which synchronous code cannot. */
export function createLexicalEncoder(): Encoder {
  const units = createUnits()
  const asked = createNgramList()
  const said = createNgramList()
  const counter = createCounter()
  return {
    spec: LEXICAL_SPEC,
    encode(query: Query): Features {
      const { main, context } = splitTurns(query.turns)
      const shown = excerpt(main, MAIN_LIMIT_CHARS)
      const around = excerpt(context, CONTEXT_LIMIT_CHARS)
      readUnits(units, shown.text)
      const surface = readSurface({ query, main: units, contextChars: context.length })
      if (!units.isAscii) readLowerCase(units, shown.text)
      listNgrams(asked, units)
      readLowerCase(units, around.text)
      listNgrams(said, units)
      resetCounter(counter, asked.size + said.size)
      countKeys(counter, { keys: asked.buckets, end: asked.size }, 1)
      countKeys(counter, { keys: said.buckets, end: said.size }, CONTEXT_WEIGHT)
      const features = { ...toArrays(counter, surface), truncated: shown.truncated || around.truncated }
      return query.embedding === undefined ? features : { ...features, embedding: query.embedding }
    },
  }
}

/** The three arrays share one buffer: a buffer of its own costs a decision about a microsecond each. */
function toArrays(counter: Counter, surfaceValues: readonly number[]): Omit<Features, 'truncated'> {
  const { size } = counter
  const buffer = new ArrayBuffer(4 * (2 * size + surfaceValues.length))
  const indices = new Uint32Array(buffer, 0, size)
  const values = new Float32Array(buffer, 4 * size, size)
  const surface = new Float32Array(buffer, 8 * size, surfaceValues.length)
  for (let i = 0; i < size; i++) {
    const count = countOf(counter, i)
    indices[i] = keyOf(counter, i)
    values[i] = DAMPED[count] ?? Math.log2(1 + count)
  }
  surface.set(surfaceValues)
  return { indices, values, surface }
}

export interface SplitTurns {
  readonly main: string
  /** All other turns but system ones, latest first. */
  readonly context: string
}

/** `main`: the last user turn; the last turn, of system ones too, where no user spoke. */
export function splitTurns(turns: readonly Turn[]): SplitTurns {
  const spoken = turns.filter(({ role }) => role !== 'system')
  const readable = spoken.length > 0 ? spoken : turns
  const lastUser = readable.findLastIndex(({ role }) => role === 'user')
  const at = lastUser >= 0 ? lastUser : readable.length - 1
  const context = readable.filter((_, index) => index !== at).map(({ text }) => text)
  return { main: readable[at]?.text ?? '', context: context.reverse().join('\n') }
}
