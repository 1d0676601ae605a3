/**
 * Embedding before deciding: the only step of a decision that waits. A query gets its vector before it is served; rows get theirs in batches
 * before they teach or are replayed.
 */
import type { Embedder } from './contract/embedder.ts'
import type { Encoder } from './contract/features.ts'
import type { Outcome } from './contract/outcome.ts'
import type { Query } from './contract/query.ts'
import { createEncoder, embeddingTextOf } from './request/encoder.ts'
import { queryFromOutcome } from './request/query.ts'

/** The query with its vector. Never rejects: where embedding fails it comes back without one, the estimator fails, and the decision says so. */
export async function embedQuery(embedder: Embedder | undefined, query: Query): Promise<Query> {
  if (embedder === undefined || query.embedding !== undefined) return query
  const text = embeddingTextOf(query)
  const embedding = embedder.embedNow?.(text) ?? (await embedOne(embedder, text))
  return embedding === undefined ? query : { ...query, embedding }
}

async function embedOne(embedder: Embedder, text: string): Promise<Float32Array | undefined> {
  try {
    const [embedding] = await embedder.embed([text])
    return embedding
  } catch {
    return undefined
  }
}

/** How rows are read, for training. */
export interface Reading {
  readonly encoder: Encoder
  /** Undefined when the row has no text. */
  readonly toQuery: (row: Outcome) => Query | undefined
}

/** Texts an embedder is given at once. */
const BATCH = 256

/** Embeds all rows that hold text, equal texts once. Rejects when the embedder does: training on half of the vectors would help nobody. */
export async function readWith(
  embedder: Embedder | undefined,
  rows: readonly Outcome[],
  onProgress: (done: number, total: number) => void | Promise<void> = () => undefined,
): Promise<Reading> {
  if (embedder === undefined) return readText()
  const texts = [...new Set(rows.flatMap(textOf))]
  const vectors = new Map<string, Float32Array>()
  for (let from = 0; from < texts.length; from += BATCH) {
    await onProgress(from, texts.length)
    const batch = texts.slice(from, from + BATCH)
    const embedded = await embedder.embed(batch)
    batch.forEach((text, i) => {
      const vector = embedded[i]
      if (vector !== undefined) vectors.set(text, vector)
    })
  }
  return { encoder: createEncoder(embedder), toQuery: (row) => withVector(queryFromOutcome(row), vectors) }
}

/** Text alone. */
export function readText(): Reading {
  return { encoder: createEncoder(), toQuery: queryFromOutcome }
}

function textOf(row: Outcome): readonly string[] {
  const query = queryFromOutcome(row)
  return query === undefined ? [] : [embeddingTextOf(query)]
}

function withVector(query: Query | undefined, vectors: ReadonlyMap<string, Float32Array>): Query | undefined {
  if (query === undefined) return undefined
  const embedding = vectors.get(embeddingTextOf(query))
  return embedding === undefined ? query : { ...query, embedding }
}
