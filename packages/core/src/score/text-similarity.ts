/**
 * Similarity of two texts: the cosine between their word counts, each word weighted by the square root of how often it occurs.
 *
 *   similarity = sum_w sqrt(a_w b_w) / sqrt(|a| |b|)          (Bhattacharyya coefficient of the word frequencies)
 *
 * 1 for the same words in any order, 0 for no word in common. Words: runs of letters or digits in any script, lower case. A text without
 * a word is like nothing but another such text. Deliberately plain: no embedding is at hand inside the library, and agreement between
 * samples of one model compares like with like. It cannot see that "not" turns a sentence around.
 */

/** Range [0, 1]; symmetric. */
export function textSimilarity(a: string, b: string): number {
  return compareWords(weighWords(a), weighWords(b))
}

/** A text's words, weighted. */
export interface WeightedWords {
  /** Square root of each word's share of the text. */
  readonly weights: ReadonlyMap<string, number>
}

export function weighWords(text: string): WeightedWords {
  const weights = new Map<string, number>()
  let total = 0
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    weights.set(word, (weights.get(word) ?? 0) + 1)
    total += 1
  }
  for (const [word, count] of weights) weights.set(word, Math.sqrt(count / total))
  return { weights }
}

export function compareWords({ weights: a }: WeightedWords, { weights: b }: WeightedWords): number {
  if (a.size === 0 || b.size === 0) return a.size === b.size ? 1 : 0
  const [fewer, more] = a.size <= b.size ? [a, b] : [b, a]
  let sum = 0
  for (const [word, weight] of fewer) sum += weight * (more.get(word) ?? 0)
  return Math.min(1, sum)
}
