/**
 * Embedder with a memory: texts it has embedded of late are not embedded again. Bounded; the text that was not asked for the longest goes first.
 */
import type { Embedder } from './contract/embedder.ts'
import { WeirError } from './contract/errors.ts'

export interface CacheLimits {
  /** Texts remembered, at most. Each costs itself and 4 bytes a dimension. At least 1. */
  readonly entries: number
}

/** Rejects as `embedder` does, with nothing remembered, and with `internal.bug` when it gives another number of vectors than texts. */
export function createCachedEmbedder(embedder: Embedder, { entries }: CacheLimits): Embedder {
  const known = new Map<string, Float32Array>()
  const recall = (text: string): Float32Array | undefined => {
    const vector = known.get(text)
    if (vector === undefined) return undefined
    // Last in the order of a map is latest used.
    known.delete(text)
    known.set(text, vector)
    return vector
  }
  const remember = (text: string, vector: Float32Array): void => {
    known.set(text, vector)
    if (known.size <= entries) return
    for (const oldest of known.keys()) {
      known.delete(oldest)
      break
    }
  }
  return {
    spec: embedder.spec,
    embedNow: (text) => recall(text) ?? embedder.embedNow?.(text),
    async embed(texts) {
      const found = new Map<string, Float32Array>()
      const missing: string[] = []
      for (const text of new Set(texts)) {
        const vector = recall(text)
        if (vector === undefined) missing.push(text)
        else found.set(text, vector)
      }
      const made = missing.length === 0 ? [] : await embedder.embed(missing)
      missing.forEach((text, i) => {
        const vector = made[i]
        if (vector === undefined) return
        found.set(text, vector)
        remember(text, vector)
      })
      return texts.map((text) => found.get(text) ?? failToEmbed(made.length, missing.length))
    },
  }
}

function failToEmbed(got: number, wanted: number): never {
  throw new WeirError('internal.bug', `the embedder gave ${got} vectors for ${wanted} texts`)
}
