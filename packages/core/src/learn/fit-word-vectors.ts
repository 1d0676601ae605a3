/**
 * Trains word vectors (estimate/word-vectors.ts) on texts alone, no labels.
 *
 *   n_ij  = sum over occurrences of i and j at a distance d <= 5 of 1 / d
 *   m_ij  = max(0, log( n_ij sum_k n_k^0.75 / (n_i n_j^0.75) )),   n_i = sum over j of n_ij
 *   M ~ U S V^T,   v_i = row i of U S^(1/2), scaled to length 1
 *
 * Positive pointwise mutual information with smoothed contexts and the square root of the spectrum: Levy, Goldberg and Dagan, TACL 3 (2015),
 * sections 3.1 and 3.3; that this is what skip-gram factorises: Levy and Goldberg, NIPS 2014. The decomposition: math/truncated-svd.ts. Subword
 * vectors are least squares fits to the vectors of the words they occur in, by gradient steps that cannot overshoot. Departure: distances are
 * weighed as GloVe does, not drawn.
 */
import { WeirError } from '../contract/errors.ts'
import { createWordSum, scaleToUnit, type WordVectors } from '../estimate/word-vectors.ts'
import { listSubwords, splitWords } from '../estimate/words.ts'
import { createPairCounts, type PairCounts } from '../math/pair-counts.ts'
import { createRng } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import type { SparseMatrix } from '../math/sparse.ts'
import { decomposeSymmetric } from '../math/symmetric-eigen.ts'
import { fitProjection, multiply } from '../math/truncated-svd.ts'

export interface WordVectorOptions {
  /** Default 128. At least 2. */
  readonly dimension?: number
  readonly seed: number
  /** Called before each step; awaited, so that it may let the event loop turn and may throw to stop. */
  readonly onProgress?: (step: string) => void | Promise<void>
}

export interface WordVectorFit {
  readonly vectors: WordVectors
  /** Different texts read. */
  readonly texts: number
  /** Words read, with repetitions. */
  readonly words: number
}

export const DEFAULT_DIMENSION = 128
/** Fewest different texts: with fewer, words say little about each other. */
const MIN_TEXTS = 50
/** A word must occur so often to have a vector of its own. */
const MIN_COUNT = 2
const MOST_KEPT = 20_000
/** Bounds time and memory: some 25 MB of English. */
const MOST_WORDS = 4_000_000
/** Some 100 MB while counting. */
const MOST_PAIRS = 4_000_000
const WINDOW = 5
const CONTEXT_POWER = 0.75
const ITERATIONS = 2
/** a of smooth inverse frequency, as in the paper. */
const SMOOTHING = 1e-3
const SUBWORD_BUCKETS = 8192
const SUBWORD_STEPS = 10
const COMMON_STEPS = 30
/** Texts the common direction is learned from, at most. */
const COMMON_TEXTS = 20_000

/** Throws `data.too_few` below MIN_TEXTS different texts, or when no two words are kept. The same texts and options give the same vectors. */
export async function fitWordVectors(
  texts: readonly string[],
  { dimension = DEFAULT_DIMENSION, seed, onProgress = () => undefined }: WordVectorOptions,
): Promise<WordVectorFit> {
  await onProgress('counting words')
  const corpus = readCorpus(texts)
  await onProgress('counting pairs of words')
  const matrix = toInformation(countPairs(corpus), corpus.words.length)
  await onProgress('decomposing')
  const width = Math.min(dimension, corpus.words.length)
  const rows = factorise(matrix, width, seed)
  await onProgress('fitting parts of words')
  const partial = {
    words: corpus.words,
    vectors: toRowTable(rows, width),
    weights: Float32Array.from(corpus.counts, (count) => SMOOTHING / (SMOOTHING + count / corpus.total)),
    subwords: toRowTable(fitSubwords(corpus.words, rows, width), width),
  }
  await onProgress('finding the common direction')
  const common = findCommon(corpus.texts.slice(0, COMMON_TEXTS), {
    ...partial,
    common: new Float32Array(width),
  })
  return { vectors: { ...partial, common }, texts: corpus.texts.length, words: corpus.total }
}

interface Corpus {
  /** Different ones, in order. */
  readonly texts: readonly string[]
  /** Kept words, most frequent first; by spelling where equally frequent. */
  readonly words: readonly string[]
  /** Occurrences of each. */
  readonly counts: readonly number[]
  /** Occurrences of all words, kept or not. */
  readonly total: number
}

function readCorpus(given: readonly string[]): Corpus {
  const counts = new Map<string, number>()
  const texts: string[] = []
  let total = 0
  for (const text of new Set(given)) {
    if (total >= MOST_WORDS) break
    const words = splitWords(text)
    if (words.length === 0) continue
    texts.push(text)
    total += words.length
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  const kept = [...counts]
    .filter(([, count]) => count >= MIN_COUNT)
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .slice(0, MOST_KEPT)
  if (texts.length < MIN_TEXTS || kept.length < 2) {
    throw new WeirError(
      'data.too_few',
      `${texts.length} different texts with ${kept.length} words that occur twice are too few to learn word vectors from: at least ` +
        `${MIN_TEXTS} texts are needed, and some 10,000 to be any good`,
    )
  }
  return { texts, words: kept.map(([word]) => word), counts: kept.map(([, count]) => count), total }
}

/** Words that are not kept still take their place. */
function countPairs({ texts, words }: Corpus): PairCounts {
  const places = new Map(words.map((word, place) => [word, place]))
  const counts = createPairCounts(words.length, MOST_PAIRS)
  for (const text of texts) {
    const line = splitWords(text).map((word) => places.get(word) ?? -1)
    for (const at of line.keys()) countBehind(counts, line, at)
  }
  return counts
}

/** Pairs of the word at `at` and those before it in the window; -1 stands for a word that is not kept. */
function countBehind(counts: PairCounts, line: readonly number[], at: number): void {
  const word = line[at] ?? -1
  if (word < 0) return
  for (let distance = 1; distance <= Math.min(WINDOW, at); distance++) {
    const before = line[at - distance] ?? -1
    if (before >= 0 && before !== word) counts.add(before, word, 1 / distance)
  }
}

/** The matrix of m_ij, size x size; nothing is stored where it is 0. */
function toInformation(pairs: PairCounts, size: number): SparseMatrix {
  const sums = new Float64Array(size)
  pairs.each((i, j, count) => {
    sums[i] = (sums[i] ?? 0) + count
    sums[j] = (sums[j] ?? 0) + count
  })
  const contexts = sums.map((sum) => sum ** CONTEXT_POWER)
  const all = contexts.reduce((total, one) => total + one, 0)
  const informationOf = (i: number, j: number, count: number): number =>
    Math.log((count * all) / ((sums[i] ?? 0) * (contexts[j] ?? 0)))
  const starts = new Float64Array(size + 1)
  const visit = (store: (i: number, j: number, value: number) => void): void =>
    pairs.each((i, j, count) => {
      const [forth, back] = [informationOf(i, j, count), informationOf(j, i, count)]
      if (forth > 0) store(i, j, forth)
      if (back > 0) store(j, i, back)
    })
  visit((i) => (starts[i + 1] = (starts[i + 1] ?? 0) + 1))
  for (let i = 0; i < size; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0)
  const places = starts.slice()
  const indices = new Uint32Array(starts[size] ?? 0)
  const values = new Float32Array(indices.length)
  visit((i, j, value) => {
    const place = places[i] ?? 0
    indices[place] = j
    values[place] = value
    places[i] = place + 1
  })
  return { rows: size, columns: size, starts, indices, values }
}

/** Unit rows of U S^(1/2), size x width, row-major: of W = M V with W^T W = Q S^2 Q^T, the rows of W Q S^(-1/2). */
function factorise(matrix: SparseMatrix, width: number, seed: number): Float32Array {
  const projection = fitProjection(matrix, { rank: width, iterations: ITERATIONS, rng: createRng(seed) })
  const w = multiply(matrix, projection, width)
  const { values, vectors } = decomposeSymmetric(gramOf(w, width), width)
  const top = values.reduce((most, value) => Math.max(most, value), 0)
  // S^(-1/2) from S^2; directions of rounding alone are left out.
  const factors = values.map((value) => (value > 1e-12 * top ? value ** -0.25 : 0))
  const rows = new Float32Array(w.length)
  for (let at = 0; at < w.length; at += width) {
    for (let c = 0; c < width; c++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += (w[at + k] ?? 0) * (vectors[k * width + c] ?? 0)
      rows[at + c] = sum * (factors[c] ?? 0)
    }
    scaleToUnit(rows.subarray(at, at + width))
  }
  return rows
}

function gramOf(w: Float64Array, width: number): Float64Array {
  const gram = new Float64Array(width * width)
  for (let at = 0; at < w.length; at += width) {
    for (let i = 0; i < width; i++) {
      const x = w[at + i] ?? 0
      for (let j = 0; j < width; j++) gram[i * width + j] = (gram[i * width + j] ?? 0) + x * (w[at + j] ?? 0)
    }
  }
  return gram
}

/** b, SUBWORD_BUCKETS x width, row-major, such that the mean of a word's parts is near its vector: b_g += mean over its words of what is left. */
function fitSubwords(words: readonly string[], rows: Float32Array, width: number): Float32Array {
  const parts = words.map((word) => listSubwords(word, SUBWORD_BUCKETS))
  const uses = new Float64Array(SUBWORD_BUCKETS)
  for (const list of parts) for (const bucket of list) uses[bucket] = (uses[bucket] ?? 0) + 1
  const buckets = new Float32Array(SUBWORD_BUCKETS * width)
  for (let step = 0; step < SUBWORD_STEPS; step++) {
    const change = new Float32Array(buckets.length)
    parts.forEach((list, word) => {
      const left = rows.slice(word * width, (word + 1) * width)
      for (const bucket of list) addScaled(left, buckets.subarray(bucket * width), -1 / list.length)
      for (const bucket of list) addScaled(change.subarray(bucket * width, (bucket + 1) * width), left, 1)
    })
    for (let i = 0; i < buckets.length; i++) {
      // One more use than there are: a part that one word alone has must not take all of it.
      const used = 1 + (uses[Math.floor(i / width)] ?? 0)
      buckets[i] = (buckets[i] ?? 0) + (change[i] ?? 0) / used
    }
  }
  return buckets
}

function addScaled(sum: Float32Array, row: Float32Array, factor: number): void {
  for (let c = 0; c < sum.length; c++) sum[c] = (sum[c] ?? 0) + factor * (row[c] ?? 0)
}

/** The first right singular vector of the texts' unit vectors, by power iteration. */
function findCommon(texts: readonly string[], vectors: WordVectors): Float32Array {
  const sum = createWordSum(vectors)
  const rows = texts.map((text) => scaleToUnit(sum(text)))
  const start = new Float32Array(vectors.common.length)
  for (const row of rows) addScaled(start, row, 1)
  let common = scaleToUnit(start)
  for (let step = 0; step < COMMON_STEPS; step++) {
    const next = new Float32Array(common.length)
    for (const row of rows) addScaled(next, row, dotOf(row, common))
    common = scaleToUnit(next)
  }
  return common
}

function dotOf(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let c = 0; c < a.length; c++) sum += (a[c] ?? 0) * (b[c] ?? 0)
  return sum
}
