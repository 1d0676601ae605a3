/**
 * Hashed n-grams of a text: words and word pairs in one channel, character 4-grams inside words in another (3- to 5-grams measure
 * the same on the recorded pairs and cost three times as much).
 * A word is a run of letters, digits and apostrophes; any other visible character is a word of its own; ideographs and kana too,
 * as their scripts do not put spaces between words. Case is folded. Digits count as 0, so that 1987 and 2024 are alike but 7 and
 * 2024 are not.
 *
 * Hash: FNV-1a over UTF-16 code units, finished by a multiply-xorshift; buckets collide at random, which costs little at 2^18
 * (Weinberger et al., arXiv:0902.2206).
 */
import type { Units } from './units.ts'

/** Bits of one channel. Words are buckets 0 … 2^17 - 1, characters 2^17 … 2^18 - 1. */
const CHANNEL_BITS = 17
export const CHANNEL_BUCKETS: number = 1 << CHANNEL_BITS
export const BUCKETS: number = 2 * CHANNEL_BUCKETS

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SPACE = 32
/** Characters of a character n-gram; listCharacters is written out for it. */
const GRAM = 4

/** Character class: 0 space, 1 part of a word, 2 a word of its own. */
const SPACES = 0
const WORD = 1
const SINGLE = 2
const NONE = -1

/** Where a folded code keeps its class: above the 16 bits of the code unit. */
const CLASS_SHIFT = 16
const CODE = 0xffff

/** The folded code of each ASCII character: lower case, any digit as 0, with its class above. */
const ASCII: Int32Array = Int32Array.from({ length: 128 }, (_, code) => {
  if (code <= SPACE || code === 127) return (SPACES << CLASS_SHIFT) | code
  const character = String.fromCharCode(code).toLowerCase().replace(/\d/, '0')
  return ((/[a-z0']/.test(character) ? WORD : SINGLE) << CLASS_SHIFT) | character.charCodeAt(0)
})

/** Folded codes of the text being read, and a space behind them; grows with the longest text seen. */
let folded: Int32Array = new Int32Array(0)

/** The buckets of a text's n-grams, one after the other, with repetitions: the first `size` of `buckets`. */
export interface NgramList {
  buckets: Int32Array
  size: number
}

export function createNgramList(): NgramList {
  return { buckets: new Int32Array(0), size: 0 }
}

/**
 * Lists every n-gram of a text: of each word itself, its pair with the word before, its characters. `units`: the text in lower case,
 * unless it is ASCII. The loops are kept free of calls that could not be inlined: they run for each character of each query.
 */
export function listNgrams(into: NgramList, units: Units): void {
  const { size } = units
  fold(units)
  // A word of L units and its space have L + 1 n-grams, a lone symbol 2.
  if (into.buckets.length < 2 * size) into.buckets = new Int32Array(4 * size)
  const codes = folded
  const { buckets } = into
  let count = 0
  let previous = 0
  let i = 0
  while (i < size) {
    let code = codes[i] ?? 0
    if (code >> CLASS_SHIFT === SPACES) {
      i += 1
      continue
    }
    const start = i
    // The class that goes on: a lone symbol has none.
    const more = code >> CLASS_SHIFT === WORD ? WORD : NONE
    let hash = FNV_OFFSET
    do {
      hash = Math.imul(hash ^ (code & CODE), FNV_PRIME)
      i += 1
      code = codes[i] ?? 0
    } while (code >> CLASS_SHIFT === more)
    // Never 0, which says that there is no word before.
    hash |= 1
    buckets[count++] = toBucket(hash)
    if (previous !== 0) buckets[count++] = toBucket(Math.imul(previous, 31) ^ hash)
    previous = hash
    count = listCharacters(buckets, count, { start, end: i })
  }
  into.size = count
}

function fold({ codes, size }: Units): void {
  if (folded.length <= size) folded = new Int32Array(2 * size + 1)
  const into = folded
  for (let i = 0; i < size; i++) {
    const code = codes[i] ?? 0
    into[i] = code < 128 ? (ASCII[code] ?? 0) : foldBeyondAscii(code)
  }
  into[size] = SPACE
}

function foldBeyondAscii(code: number): number {
  // A curly apostrophe is an apostrophe.
  return code === 0x2019 ? (WORD << CLASS_SHIFT) | 39 : (classBeyondAscii(code) << CLASS_SHIFT) | code
}

function classBeyondAscii(code: number): number {
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x3000) return SPACES
  if (code >= 0x2e80 && code <= 0x9fff) return SINGLE
  return code < 0xc0 || (code >= 0x2010 && code <= 0x2bff) ? SINGLE : WORD
}

/** Character n-grams of the word with one space on each side, as scikit-learn's char_wb analyser takes them. Returns the new count. */
function listCharacters(
  buckets: Int32Array,
  from: number,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  if (end - start < GRAM - 2) return from
  const codes = folded
  let count = from
  let a = SPACE
  let b = (codes[start] ?? 0) & CODE
  let c = (codes[start + 1] ?? 0) & CODE
  for (let i = start + 2; i <= end; i++) {
    const d = i < end ? (codes[i] ?? 0) & CODE : SPACE
    let hash = Math.imul(FNV_OFFSET ^ a, FNV_PRIME)
    hash = Math.imul(hash ^ b, FNV_PRIME)
    hash = Math.imul(hash ^ c, FNV_PRIME)
    hash = Math.imul(hash ^ d, FNV_PRIME)
    buckets[count++] = CHANNEL_BUCKETS + toBucket(hash)
    a = b
    b = c
    c = d
  }
  return count
}

/** Finishes a hash: its highest bits, after they have taken in all others. */
function toBucket(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  return Math.imul(h, 0xc2b2ae35) >>> (32 - CHANNEL_BITS)
}
