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
  return compareWords(countWords(a), countWords(b))
}

export interface WordCounts {
  readonly counts: ReadonlyMap<string, number>
  readonly total: number
}

export function countWords(text: string): WordCounts {
  const counts = new Map<string, number>()
  let total = 0
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
    total += 1
  }
  return { counts, total }
}

export function compareWords(a: WordCounts, b: WordCounts): number {
  if (a.total === 0 || b.total === 0) return a.total === b.total ? 1 : 0
  let sum = 0
  for (const [word, count] of a.counts) sum += Math.sqrt(count * (b.counts.get(word) ?? 0))
  return Math.min(1, sum / Math.sqrt(a.total * b.total))
}
