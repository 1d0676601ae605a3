/**
 * Components of the blend: each predicts one number from a query. The same code predicts during training (for rows left out of a
 * fold) and when serving, so that the combination learned on the one holds for the other.
 *
 * Three readers look at the query and say of *each* model how good its answer will be:
 *
 *   text     log-odds, linear in the text
 *   table    expected quality under the tagger's probabilities over task types
 *   forest   expected quality by trees over the text's main directions and the surface features
 *
 * and from them, with p(model) = sigmoid(bias + weights . (text, table, forest)) of that model (qualities),
 *
 *   label    log-odds that the small model is right or the large one wrong, were they independent given the text: 1 - pL (1 - pS), text alone
 *   gap      p(small) - p(large): the quality gap by all readers
 *   table    the gap by the table alone
 *   nearest  mean quality gap of the most similar training queries
 *   forest   the gap by the forest alone
 *
 * Only their combination is calibrated; single components are not.
 */
import { WeirError } from '../contract/errors.ts'
import type { Features } from '../contract/features.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { logit, sigmoid } from '../math/logistic.ts'
import { findNearest } from '../math/nearest.ts'
import type { RidgeLogisticFit } from '../math/ridge-logistic.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { softmax } from '../math/softmax-regression.ts'
import { dotSparsePair, type SparseRow } from '../math/sparse.ts'
import { createWeighRoom, weigh, type WeighRoom, type Weighting } from './weighting.ts'

export type ComponentName = 'label' | 'gap' | 'table' | 'nearest' | 'forest'

/** The linear readers of both models share one table, so that an entry of the text costs one cache line, not two. */
export interface LinearReader {
  /** Two weights per column of Weighted.text, side by side: of the small model and of the large one. */
  readonly weights: Float32Array
  readonly smallBias: number
  readonly largeBias: number
}

export interface TableReader {
  /** Scores of the task types: a row for each word, a column for each type. */
  readonly tagger: RowTable
  /** One per task type. */
  readonly bias: Float32Array
  /** Expected quality of each task type, shrunk towards the mean: of the small model and of the large one, side by side. */
  readonly qualities: Float32Array
}

/** How a model's quality follows from the readers: weights of text, table and forest, in the order of Reading. */
export interface Qualities {
  readonly small: RidgeLogisticFit
  readonly large: RidgeLogisticFit
}

export interface NearestComponent {
  /** Unit embeddings of remembered training queries: a row each. */
  readonly embeddings: RowTable
  /** Quality gap of each remembered query. */
  readonly gaps: Float32Array
  /** Mean quality gap of the training rows. */
  readonly meanGap: number
}

/** How a query is seen: weighting of the text and the projection to its main directions. Learned without labels. */
export interface View {
  readonly weighting: Weighting
  /** A row for each word of the vocabulary, as wide as there are main directions. */
  readonly projection: RowTable
  /** Length of Seen.embedding: the main directions, and the embedder's vector behind them. */
  readonly rank: number
}

/** What is fitted on rows directly; `qualities` come after, from the readers' out-of-fold readings. */
export interface Readers {
  readonly linear: LinearReader
  readonly table: TableReader
  /** Two targets: quality of the small model and of the large one. */
  readonly forest: Forest
  readonly nearest: NearestComponent
}

export interface Components extends Readers {
  readonly qualities: Qualities
}

/** What the readers say of a query: of each model by text, table and forest, in this order; and the neighbours' gap. */
export interface Reading {
  readonly small: readonly number[]
  readonly large: readonly number[]
  readonly nearest: number
}

export const COMPONENT_NAMES: readonly ComponentName[] = ['label', 'gap', 'table', 'nearest', 'forest']

/** A query as the components see it. */
export interface Seen {
  /** Buckets of the query that training has seen often enough to keep. */
  readonly known: number
  readonly text: SparseRow
  readonly words: SparseRow
  /**
   * Unit vector of length rank, then the surface features: the forest's columns. With an embedder the main directions and its vector are
   * each of length sqrt(1/2), so that a cosine is the mean of both.
   */
  readonly dense: Float32Array
  /** The first part of `dense`. */
  readonly embedding: Float32Array
}

/** Where `see` writes; as WeighRoom, and valid until the next call with it. */
export interface Room {
  readonly weigh: WeighRoom
  dense: Float32Array
}

export function createRoom(): Room {
  return { weigh: createWeighRoom(), dense: new Float32Array() }
}

/** What is seen lies in `room`. */
export function see(
  features: Features,
  { weighting, projection, rank }: View,
  room: Room = createRoom(),
): Seen {
  const { text, words, known } = weigh(features, weighting, room.weigh)
  const columns = rank + features.surface.length
  if (room.dense.length !== columns) room.dense = new Float32Array(columns)
  const { dense } = room
  // The table's scale cancels: only the direction matters.
  const sums = kernelOf(projection).sum(words)
  const { width } = projection
  let square = 0
  for (let c = 0; c < width; c++) square += (sums[c] ?? 0) ** 2
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let c = 0; c < width; c++) dense[c] = scale * (sums[c] ?? 0)
  if (width < rank) appendEmbedding(dense.subarray(0, rank), width, features.embedding)
  dense.set(features.surface, rank)
  return { known, text, words, dense, embedding: dense.subarray(0, rank) }
}

/** The main directions fill the first `from` places. Throws `internal.bug` without a vector of the right length: the estimator fails then. */
function appendEmbedding(dense: Float32Array, from: number, embedding: Float32Array | undefined): void {
  if (embedding?.length !== dense.length - from)
    throw new WeirError('internal.bug', `the query has no embedding of length ${dense.length - from}`)
  dense.set(embedding, from)
  for (let c = 0; c < dense.length; c++) dense[c] = Math.SQRT1_2 * (dense[c] ?? 0)
}

/**
 * One number per COMPONENT_NAMES, same order. A component that `weights` gives nothing is not asked and counts as 0: deciding
 * should not pay for what cannot matter.
 */
export function predictComponents(
  components: Components,
  seen: Seen,
  weights: readonly number[] = EVERYTHING,
): Float64Array {
  const isUsed = (name: ComponentName): boolean => (weights[COMPONENT_NAMES.indexOf(name)] ?? 0) > 0
  const reading = read(components, seen, {
    text: isUsed('label') || isUsed('gap'),
    table: isUsed('table') || isUsed('gap'),
    forest: isUsed('forest') || isUsed('gap'),
    nearest: isUsed('nearest'),
  })
  return toPredictions(reading, components.qualities)
}

/** Which readers are asked. */
export type Asked = Readonly<Record<'text' | 'table' | 'forest' | 'nearest', boolean>>

const EVERYTHING: readonly number[] = COMPONENT_NAMES.map(() => 1)
const EVERY_READER: Asked = { text: true, table: true, forest: true, nearest: true }
const SILENT: ArrayLike<number> = [0, 0]

/** A reader that is not asked reads 0. */
export function read(
  { linear, table, forest, nearest }: Readers,
  seen: Seen,
  asked: Asked = EVERY_READER,
): Reading {
  const text = asked.text ? dotSparsePair(seen.text, linear.weights) : SILENT
  const types = asked.table ? predictTable(table, seen.words) : SILENT
  const trees = asked.forest ? predictForest(forest, seen.dense, 0) : SILENT
  return {
    small: [(text[0] ?? 0) + linear.smallBias, types[0] ?? 0, trees[0] ?? 0],
    large: [(text[1] ?? 0) + linear.largeBias, types[1] ?? 0, trees[1] ?? 0],
    nearest: asked.nearest ? predictNearest(nearest, seen.embedding) : 0,
  }
}

/** One number per COMPONENT_NAMES, same order. */
export function toPredictions({ small, large, nearest }: Reading, qualities: Qualities): Float64Array {
  const [smallText = 0, smallTable = 0, smallForest = 0] = small
  const [largeText = 0, largeTable = 0, largeForest = 0] = large
  return Float64Array.of(
    logit(1 - sigmoid(largeText) * sigmoid(-smallText)),
    qualityOf(small, qualities.small) - qualityOf(large, qualities.large),
    smallTable - largeTable,
    nearest,
    smallForest - largeForest,
  )
}

/** Expected quality of a model's answer, in (0, 1). */
function qualityOf(views: readonly number[], { weights, bias }: RidgeLogisticFit): number {
  return sigmoid(weights.reduce((sum, weight, j) => sum + weight * (views[j] ?? 0), bias))
}

/** Expected quality of the small model and of the large one. */
function predictTable({ tagger, bias, qualities }: TableReader, words: SparseRow): [number, number] {
  const sums = kernelOf(tagger).sum(words)
  const p = new Float64Array(bias.length)
  for (let c = 0; c < p.length; c++) p[c] = (bias[c] ?? 0) + tagger.scale * (sums[c] ?? 0)
  softmax(p)
  let small = 0
  let large = 0
  for (let c = 0; c < p.length; c++) {
    small += (p[c] ?? 0) * (qualities[2 * c] ?? 0)
    large += (p[c] ?? 0) * (qualities[2 * c + 1] ?? 0)
  }
  return [small, large]
}

/** Neighbours that vote: between the best of narrow sets (100) and of mixed ones (30), docs/methods/hybrid-llm.md. */
const NEIGHBOURS = 60

/**
 * meanGap + sum_j s_j^3 (gap_j - meanGap) / (1 + sum_j s_j^3) over the NEIGHBOURS largest cosines s_j > 0. The cube lets near ones
 * speak louder, the 1 pulls a query without near neighbours to the mean.
 */
export function predictNearest(
  { embeddings, gaps, meanGap }: NearestComponent,
  embedding: Float32Array,
): number {
  const { cosines, rows, size } = findNearest(embeddings, embedding, NEIGHBOURS)
  let total = 1
  let sum = 0
  for (let i = 0; i < size; i++) {
    const weight = (cosines[i] ?? 0) ** 3
    total += weight
    sum += weight * ((gaps[rows[i] ?? 0] ?? 0) - meanGap)
  }
  return meanGap + sum / total
}
