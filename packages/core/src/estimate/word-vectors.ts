/**
 * Word vectors: a text as the weighted mean of its words' vectors, without the direction that all texts share.
 *
 *   s = sum over words of weight(w) v_w,   weight(w) = a / (a + p(w)),   embedding = (s - u u.s) / |s - u u.s|
 *
 * p(w): share of the word among all words of training; u: the common direction. A word that training did not keep is the mean of the vectors of its
 * character n-grams. Sources: smooth inverse frequency and the common direction, Arora, Liang and Ma, "A simple but tough-to-beat baseline for
 * sentence embeddings", ICLR 2017; subwords, Bojanowski et al., arXiv:1607.04606, fitted to finished vectors as in Zhao, Mudgal and Liang,
 * arXiv:1809.04259. How the vectors come about: learn/fit-word-vectors.ts.
 */
import type { Embedder } from '../contract/embedder.ts'
import type { RowTable } from '../math/row-table.ts'
import { listSubwords, splitWords } from './words.ts'

export interface WordVectors {
  /** In the order of the rows of `vectors`. */
  readonly words: readonly string[]
  /** Unit vectors: a row each. */
  readonly vectors: RowTable
  /** Smooth inverse frequency of each word. Range (0, 1]. */
  readonly weights: Float32Array
  /** Vectors of character n-grams: a row for each hash bucket. */
  readonly subwords: RowTable
  /** Unit vector; all 0 where none was taken away. */
  readonly common: Float32Array
}

/** Weight of a word that training did not keep: rare, hence telling, but its vector is a guess. Ours. */
const UNKNOWN_WEIGHT = 0.5

/** The embedding of a text: of length 1, or all 0 for a text without words. Pure. */
export type ReadText = (text: string) => Float32Array

export function createTextReader(vectors: WordVectors): ReadText {
  const { common } = vectors
  const sum = createWordSum(vectors)
  return (text) => {
    const embedding = sum(text)
    const shared = dot(embedding, common)
    for (let c = 0; c < embedding.length; c++) embedding[c] = (embedding[c] ?? 0) - shared * (common[c] ?? 0)
    return scaleToUnit(embedding)
  }
}

/** Weighted sum of the words' vectors. */
export function createWordSum({ words, vectors, weights, subwords }: WordVectors): ReadText {
  const places = new Map(words.map((word, place) => [word, place]))
  const buckets = subwords.bytes.length / subwords.width
  return (text) => {
    const sum = new Float32Array(vectors.width)
    for (const word of splitWords(text)) {
      const place = places.get(word)
      if (place !== undefined) {
        addRow(sum, vectors, { row: place, weight: weights[place] ?? 0 })
        continue
      }
      const grams = listSubwords(word, buckets)
      for (const row of grams) addRow(sum, subwords, { row, weight: UNKNOWN_WEIGHT / grams.length })
    }
    return sum
  }
}

/** Needs no waiting. `weightsHash`: of the stored vectors. */
export function createWordEmbedder(
  vectors: WordVectors,
  { model, weightsHash }: { readonly model: string; readonly weightsHash: string },
): Embedder {
  const read = createTextReader(vectors)
  return {
    spec: { name: 'words', model, dimension: vectors.vectors.width, weightsHash },
    embed: async (texts) => texts.map(read),
    embedNow: read,
  }
}

function addRow(
  sum: Float32Array,
  { bytes, width, scale }: RowTable,
  { row, weight }: { readonly row: number; readonly weight: number },
): void {
  const factor = scale * weight
  const at = row * width
  for (let c = 0; c < width; c++) sum[c] = (sum[c] ?? 0) + factor * (bytes[at + c] ?? 0)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let c = 0; c < a.length; c++) sum += (a[c] ?? 0) * (b[c] ?? 0)
  return sum
}

/** In place; all 0 stays all 0, and what rounding left of it becomes it. */
export function scaleToUnit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  if (!(length > 1e-6)) return vector.fill(0)
  for (let c = 0; c < vector.length; c++) vector[c] = (vector[c] ?? 0) / length
  return vector
}
