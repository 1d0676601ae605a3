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
import { CONTEXT_LIMIT_CHARS, MAIN_LIMIT_CHARS, excerpt } from './excerpt.ts'
import { BUCKETS, CHANNEL_BUCKETS, countNgrams, createBucketCounts } from './ngrams.ts'
import { SURFACE_NAMES, readSurface } from './surface.ts'

/** Weight of one n-gram in a turn other than the main one. Ours: small enough that a long history cannot drown the question. */
const CONTEXT_WEIGHT = 0.2

export const LEXICAL_SPEC: EncoderSpec = {
  name: 'lexical',
  version: 1,
  buckets: BUCKETS,
  channels: [CHANNEL_BUCKETS, BUCKETS],
  surface: SURFACE_NAMES,
}

/** An encoder with scratch space of its own (2 MiB); calls must not overlap, which synchronous code cannot. */
export function createLexicalEncoder(): Encoder {
  const scratch = createBucketCounts()
  return {
    spec: LEXICAL_SPEC,
    encode(query: Query): Features {
      const { main, context } = splitTurns(query.turns)
      const shown = excerpt(main, MAIN_LIMIT_CHARS)
      const around = excerpt(context, CONTEXT_LIMIT_CHARS)
      scratch.size = 0
      countNgrams(scratch, shown.text, 1)
      if (around.text !== '') countNgrams(scratch, around.text, CONTEXT_WEIGHT)
      const indices = scratch.touched.slice(0, scratch.size)
      const values = new Float32Array(indices.length)
      for (let i = 0; i < indices.length; i++) {
        const bucket = indices[i] ?? 0
        const count = scratch.counts[bucket] ?? 0
        // Most buckets occur once; the logarithm is a third of the encoder's time without this.
        values[i] = count === 1 ? 1 : Math.log2(1 + count)
        scratch.counts[bucket] = 0
      }
      const surface = readSurface({ query, main: shown.text, contextChars: context.length })
      return { indices, values, surface, truncated: shown.truncated || around.truncated }
    },
  }
}

interface SplitTurns {
  readonly main: string
  /** All other turns but system ones, latest first. */
  readonly context: string
}

function splitTurns(turns: readonly Turn[]): SplitTurns {
  const spoken = turns.filter(({ role }) => role !== 'system')
  const readable = spoken.length > 0 ? spoken : turns
  const lastUser = readable.findLastIndex(({ role }) => role === 'user')
  const at = lastUser >= 0 ? lastUser : readable.length - 1
  const context = readable.filter((_, index) => index !== at).map(({ text }) => text)
  return { main: readable[at]?.text ?? '', context: context.reverse().join('\n') }
}
