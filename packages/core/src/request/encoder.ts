/**
 * Encoder of a router: the lexical one, and where there is an embedder its vector of what is asked. The vector comes with the query (embed.ts)
 * or is made on the spot where that needs no waiting.
 */
import type { Embedder } from '../contract/embedder.ts'
import type { Encoder } from '../contract/features.ts'
import type { Query } from '../contract/query.ts'
import { excerpt, MAIN_LIMIT_CHARS } from './excerpt.ts'
import { createLexicalEncoder, LEXICAL_SPEC, splitTurns } from './lexical.ts'

export function createEncoder(embedder?: Embedder): Encoder {
  const lexical = createLexicalEncoder()
  if (embedder === undefined) return lexical
  return {
    spec: { ...LEXICAL_SPEC, embedding: embedder.spec },
    encode(query) {
      const embedding = query.embedding ?? embedder.embedNow?.(embeddingTextOf(query))
      return lexical.encode(embedding === undefined ? query : { ...query, embedding })
    },
  }
}

/** What an embedder reads of a query: the last user turn, sampled as the lexical encoder samples it. Neither system prompt nor history moves it. */
export function embeddingTextOf({ turns }: Query): string {
  return excerpt(splitTurns(turns).main, MAIN_LIMIT_CHARS).text
}
