/**
 * Excerpt: bounds the text that the encoder reads, without silently cutting it. A text longer than the limit is sampled as
 * head + middle + tail (half, a quarter, a quarter of the limit), because instructions stand at either end and the middle
 * tells what the material is. The decision says `truncated`.
 *
 * Hybrid LLM's reference code reads the first 128 tokens and says nothing; that is what this file exists to avoid.
 */

/** Characters (UTF-16 code units) read of the main turn. Longer ones are sampled. */
export const MAIN_LIMIT_CHARS = 16_000
/** Characters read of all other turns together, latest first. */
export const CONTEXT_LIMIT_CHARS = 4_000

export interface Excerpt {
  readonly text: string
  readonly truncated: boolean
}

/** At most `limit` characters (plus two line breaks) of `text`: all of it, or head, middle and tail. */
export function excerpt(text: string, limit: number): Excerpt {
  if (text.length <= limit) return { text, truncated: false }
  const quarter = Math.floor(limit / 4)
  const head = text.slice(0, limit - 2 * quarter)
  const middleStart = Math.floor((text.length - quarter) / 2)
  const middle = text.slice(middleStart, middleStart + quarter)
  const tail = text.slice(text.length - quarter)
  return { text: `${head}\n${middle}\n${tail}`, truncated: true }
}
