/**
 * Components of the blend: each sees a query in its own way and predicts one number. The same code predicts during training
 * (for rows left out of a fold) and when serving, so that the combination learned on the one holds for the other.
 *
 *   label    log-odds that the small model is good enough, linear in the text (Hybrid LLM's router with a linear encoder)
 *   gap      log-odds form of the expected quality gap, linear in the text
 *   table    expected quality gap under the tagger's probabilities over task types
 *   nearest  mean quality gap of the most similar training queries
 *   forest   quality gap by trees over the text's main directions and the surface features
 *
 * Only their combination is calibrated; single components are not.
 */
import type { Features } from '../contract/features.ts'
import { predictForest, type Forest } from '../math/extra-trees.ts'
import { findNearest } from '../math/nearest.ts'
import { kernelOf, type RowTable } from '../math/row-table.ts'
import { softmax } from '../math/softmax-regression.ts'
import { dotSparsePair, type SparseRow } from '../math/sparse.ts'
import { createWeighRoom, weigh, type WeighRoom, type Weighting } from './weighting.ts'

export type ComponentName = 'label' | 'gap' | 'table' | 'nearest' | 'forest'

/** The two linear components share one table, so that an entry of the text costs one cache line, not two. */
export interface LinearComponents {
  /** Two weights per column of Weighted.text, side by side: of `label` and of `gap`. */
  readonly weights: Float32Array
  readonly labelBias: number
  readonly gapBias: number
}

export interface TableComponent {
  /** Scores of the task types: a row for each word, a column for each type. */
  readonly tagger: RowTable
  /** One per task type. */
  readonly bias: Float32Array
  /** Expected quality gap of each task type, shrunk towards the mean gap. */
  readonly gaps: Float32Array
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
  /** A row for each word of the vocabulary, `rank` wide. */
  readonly projection: RowTable
  readonly rank: number
}

export interface Components {
  readonly linear: LinearComponents
  readonly table: TableComponent
  readonly nearest: NearestComponent
  readonly forest: Forest
}

export const COMPONENT_NAMES: readonly ComponentName[] = ['label', 'gap', 'table', 'nearest', 'forest']

/** A query as the components see it. */
export interface Seen {
  readonly text: SparseRow
  readonly words: SparseRow
  /** Unit vector of length rank, then the surface features: the forest's columns. */
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
  const { text, words } = weigh(features, weighting, room.weigh)
  const columns = rank + features.surface.length
  if (room.dense.length !== columns) room.dense = new Float32Array(columns)
  const { dense } = room
  // The table's scale cancels: only the direction matters.
  const sums = kernelOf(projection).sum(words)
  let square = 0
  for (let c = 0; c < rank; c++) square += (sums[c] ?? 0) ** 2
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let c = 0; c < rank; c++) dense[c] = scale * (sums[c] ?? 0)
  dense.set(features.surface, rank)
  return { text, words, dense, embedding: dense.subarray(0, rank) }
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
  const { linear, table, nearest, forest } = components
  const isUsed = (name: ComponentName): boolean => (weights[COMPONENT_NAMES.indexOf(name)] ?? 0) > 0
  const [label, gap] = isUsed('label') || isUsed('gap') ? dotSparsePair(seen.text, linear.weights) : [0, 0]
  return Float64Array.of(
    label + linear.labelBias,
    gap + linear.gapBias,
    isUsed('table') ? predictTable(table, seen.words) : 0,
    isUsed('nearest') ? predictNearest(nearest, seen.embedding) : 0,
    isUsed('forest') ? predictForest(forest, seen.dense, 0) : 0,
  )
}

const EVERYTHING: readonly number[] = COMPONENT_NAMES.map(() => 1)

function predictTable({ tagger, bias, gaps }: TableComponent, words: SparseRow): number {
  const sums = kernelOf(tagger).sum(words)
  const p = new Float64Array(bias.length)
  for (let c = 0; c < p.length; c++) p[c] = (bias[c] ?? 0) + tagger.scale * (sums[c] ?? 0)
  softmax(p)
  let gap = 0
  for (let c = 0; c < p.length; c++) gap += (p[c] ?? 0) * (gaps[c] ?? 0)
  return gap
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
