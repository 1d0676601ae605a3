/**
 * Words of a text, for word vectors: runs of letters or digits, ideographs and kana one by one, any other visible character by itself. Case is
 * folded; digits count as 0, so that 1987 and 2024 are alike but 7 and 2024 are not.
 */

/** Scripts that put no spaces between words. */
const UNSPACED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}`
const WORD = new RegExp(
  String.raw`[${UNSPACED}]|(?:(?![${UNSPACED}])[\p{L}\p{M}'])+|\p{N}+|[^\s\p{L}\p{M}\p{N}']`,
  'gu',
)
const PLAIN = /[a-z']+|[0-9]+|[!-&(-/:-@[-`{-~]/g
// oxlint-disable-next-line no-control-regex -- tells ASCII from the rest, control characters too
const ASCII = /^[\u0000-\u007f]*$/

export function splitWords(text: string): readonly string[] {
  const lower = text.toLowerCase()
  // The same for ASCII, in a third of the time.
  const words = lower.match(ASCII.test(lower) ? PLAIN : WORD) ?? []
  return words.map((word) => (isNumber(word) ? '0'.repeat(word.length) : word))
}

function isNumber(word: string): boolean {
  const code = word.charCodeAt(0)
  return code >= 48 && code <= 57
}

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SHORTEST = 3
const LONGEST = 5

/** Buckets of the character 3- to 5-grams of a word between `<` and `>`, with repetitions; the word itself is none of them. */
export function listSubwords(word: string, buckets: number): readonly number[] {
  const marked = `<${word}>`
  const list: number[] = []
  for (let from = 0; from + SHORTEST <= marked.length; from++) {
    let hash = FNV_OFFSET
    const end = Math.min(marked.length, from + LONGEST)
    for (let at = from; at < end; at++) {
      hash = Math.imul(hash ^ marked.charCodeAt(at), FNV_PRIME)
      if (at - from + 1 >= SHORTEST) list.push(finish(hash) % buckets)
    }
  }
  return list
}

/** FNV leaves the low bits of short texts alike. */
function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (mixed ^ (mixed >>> 12)) >>> 0
}
