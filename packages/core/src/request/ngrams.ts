/**
 * Hashed n-grams of a text: words and word pairs in one channel, character 4-grams inside words in another (3- to 5-grams measure
 * the same on the recorded pairs and cost three times as much).
 * A word is a run of letters, digits and apostrophes; any other visible character is a word of its own; ideographs and kana too,
 * as their scripts do not put spaces between words. Digits count as 0, so that 1987 and 2024 are alike but 7 and 2024 are not.
 *
 * Hash: FNV-1a over UTF-16 code units, finished by a multiply-xorshift; buckets collide at random, which costs little at 2^18
 * (Weinberger et al., arXiv:0902.2206).
 */

/** Bits of one channel. Words are buckets 0 … 2^17 - 1, characters 2^17 … 2^18 - 1. */
const CHANNEL_BITS = 17
export const CHANNEL_BUCKETS: number = 1 << CHANNEL_BITS
export const BUCKETS: number = 2 * CHANNEL_BUCKETS

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SPACE = 32
const GRAM = 4

/** Character class: 0 space, 1 part of a word, 2 a word of its own. */
const SPACES = 0
const WORD = 1
const SINGLE = 2

const ASCII_CLASS: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= SPACE || code === 127) return SPACES
  return /[a-z0-9']/.test(String.fromCharCode(code)) ? WORD : SINGLE
})

/** Weighted counts of buckets, reused between calls; `touched` lists the buckets above 0 in first-seen order. */
export interface BucketCounts {
  readonly counts: Float32Array
  readonly touched: Uint32Array
  size: number
}

export function createBucketCounts(): BucketCounts {
  return { counts: new Float32Array(BUCKETS), touched: new Uint32Array(BUCKETS), size: 0 }
}

/** Adds every n-gram of `text`, each counted `weight` times. */
export function countNgrams(into: BucketCounts, text: string, weight: number): void {
  const codes = toCodes(text)
  let previous = 0
  let i = 0
  while (i < codes.length) {
    const kind = classOf(codes[i] ?? SPACE)
    if (kind === SPACES) {
      i += 1
      continue
    }
    const end = kind === SINGLE ? i + 1 : endOfWord(codes, i)
    const hash = hashSpan(codes, i, end)
    add(into, finish(hash) >>> (32 - CHANNEL_BITS), weight)
    if (previous !== 0) add(into, finish(Math.imul(previous, 31) ^ hash) >>> (32 - CHANNEL_BITS), weight)
    if (kind === WORD) countCharacters(into, { codes, start: i, end, weight })
    previous = hash
    i = end
  }
}

/** Lower-case UTF-16 code units, digits folded to 0, curly apostrophes straightened. */
function toCodes(text: string): Uint16Array {
  const lower = text.toLowerCase()
  const codes = new Uint16Array(lower.length)
  for (let i = 0; i < lower.length; i++) {
    const code = lower.charCodeAt(i)
    codes[i] = code >= 48 && code <= 57 ? 48 : code === 0x2019 ? 39 : code
  }
  return codes
}

function classOf(code: number): number {
  if (code < 128) return ASCII_CLASS[code] ?? SPACES
  if (code === 0xa0 || (code >= 0x2000 && code <= 0x200b) || code === 0x3000) return SPACES
  if (code >= 0x2e80 && code <= 0x9fff) return SINGLE
  return code < 0xc0 || (code >= 0x2010 && code <= 0x2bff) ? SINGLE : WORD
}

function endOfWord(codes: Uint16Array, start: number): number {
  let end = start + 1
  while (end < codes.length && classOf(codes[end] ?? SPACE) === WORD) end += 1
  return end
}

function hashSpan(codes: Uint16Array, start: number, end: number): number {
  let hash = FNV_OFFSET
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (codes[i] ?? 0), FNV_PRIME)
  return hash | 1
}

interface Span {
  readonly codes: Uint16Array
  readonly start: number
  readonly end: number
  readonly weight: number
}

/** The word being read with a space on each side; grows with the longest word seen. */
let padded: Uint16Array = new Uint16Array(256)

/** Character n-grams of the word with one space on each side, as scikit-learn's char_wb analyser takes them. */
function countCharacters(into: BucketCounts, { codes, start, end, weight }: Span): void {
  const length = end - start + 2
  if (padded.length < length) padded = new Uint16Array(2 * length)
  padded[0] = SPACE
  padded.set(codes.subarray(start, end), 1)
  padded[length - 1] = SPACE
  for (let i = 0; i + GRAM <= length; i++) {
    let hash = FNV_OFFSET
    for (let j = i; j < i + GRAM; j++) hash = Math.imul(hash ^ (padded[j] ?? SPACE), FNV_PRIME)
    add(into, CHANNEL_BUCKETS + (finish(hash) >>> (32 - CHANNEL_BITS)), weight)
  }
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  return Math.imul(h, 0xc2b2ae35)
}

function add(into: BucketCounts, bucket: number, weight: number): void {
  const count = into.counts[bucket] ?? 0
  if (count === 0) {
    into.touched[into.size] = bucket
    into.size += 1
  }
  into.counts[bucket] = count + weight
}
