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
import { predictSoftmax, type SoftmaxFit } from '../math/softmax-regression.ts'
import type { SparseRow } from '../math/sparse.ts'
import { weigh, type Weighting } from './weighting.ts'

export type ComponentName = 'label' | 'gap' | 'table' | 'nearest' | 'forest'

export interface LinearComponent {
  /** One weight per column of Weighted.text. */
  readonly weights: Float32Array
  readonly bias: number
}

export interface TableComponent {
  readonly tagger: SoftmaxFit
  /** Expected quality gap of each task type, shrunk towards the mean gap. */
  readonly gaps: Float32Array
}

export interface NearestComponent {
  /** Unit embeddings of remembered training queries: count x rank, row-major. */
  readonly embeddings: Float32Array
  /** Quality gap of each remembered query. */
  readonly gaps: Float32Array
  /** Mean quality gap of the training rows. */
  readonly meanGap: number
}

/** How a query is seen: weighting of the text and the projection to its main directions. Learned without labels. */
export interface View {
  readonly weighting: Weighting
  /** vocabulary x rank, row-major. */
  readonly projection: Float32Array
  readonly rank: number
}

export interface Components {
  readonly label: LinearComponent
  readonly gap: LinearComponent
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
}

export function see(features: Features, { weighting, projection, rank }: View): Seen {
  const { text, words } = weigh(features, weighting)
  const dense = new Float32Array(rank + features.surface.length)
  for (let k = 0; k < words.indices.length; k++) {
    const from = (words.indices[k] ?? 0) * rank
    const x = words.values[k] ?? 0
    for (let c = 0; c < rank; c++) dense[c] = (dense[c] ?? 0) + x * (projection[from + c] ?? 0)
  }
  let square = 0
  for (let c = 0; c < rank; c++) square += (dense[c] ?? 0) ** 2
  const scale = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let c = 0; c < rank; c++) dense[c] = (dense[c] ?? 0) * scale
  dense.set(features.surface, rank)
  return { text, words, dense }
}

/** One number per COMPONENT_NAMES, same order. */
export function predictComponents(components: Components, seen: Seen, rank: number): Float64Array {
  return Float64Array.of(
    predictLinear(components.label, seen.text),
    predictLinear(components.gap, seen.text),
    predictTable(components.table, seen.words),
    predictNearest(components.nearest, seen.dense, rank),
    predictForest(components.forest, seen.dense, 0),
  )
}

function predictLinear({ weights, bias }: LinearComponent, { indices, values }: SparseRow): number {
  let z = bias
  for (let k = 0; k < indices.length; k++) z += (values[k] ?? 0) * (weights[indices[k] ?? 0] ?? 0)
  return z
}

function predictTable({ tagger, gaps }: TableComponent, words: SparseRow): number {
  const p = new Float64Array(tagger.classes)
  predictSoftmax(tagger, words, p)
  let gap = 0
  for (let c = 0; c < p.length; c++) gap += (p[c] ?? 0) * (gaps[c] ?? 0)
  return gap
}

/** Neighbours that vote. Chosen on routellm-mmlu-a and llmrouter training rows among 30, 60, 100, 200. */
const NEIGHBOURS = 60

/**
 * meanGap + sum_j s_j^3 (gap_j - meanGap) / (1 + sum_j s_j^3) over the NEIGHBOURS largest cosines s_j > 0. The cube lets near ones
 * speak louder, the 1 pulls a query without near neighbours to the mean.
 */
export function predictNearest(component: NearestComponent, dense: Float32Array, rank: number): number {
  const { embeddings, gaps, meanGap } = component
  const best = new Float64Array(NEIGHBOURS)
  const which = new Int32Array(NEIGHBOURS)
  let size = 0
  for (let row = 0; row < gaps.length; row++) {
    const cosine = cosineOf({ embeddings, row, rank }, dense)
    if (cosine <= 0 || (size === NEIGHBOURS && cosine <= (best[size - 1] ?? 0))) continue
    if (size < NEIGHBOURS) size += 1
    insert(best, which, { at: size - 1, cosine, row })
  }
  return meanGap + vote({ best, which, size }, component)
}

interface Ranked {
  readonly best: Float64Array
  readonly which: Int32Array
  readonly size: number
}

function vote({ best, which, size }: Ranked, { gaps, meanGap }: NearestComponent): number {
  let total = 1
  let sum = 0
  for (let i = 0; i < size; i++) {
    const weight = (best[i] ?? 0) ** 3
    total += weight
    sum += weight * ((gaps[which[i] ?? 0] ?? 0) - meanGap)
  }
  return sum / total
}

/** Both are unit vectors, so their product is the cosine. */
function cosineOf(
  {
    embeddings,
    row,
    rank,
  }: { readonly embeddings: Float32Array; readonly row: number; readonly rank: number },
  dense: Float32Array,
): number {
  const from = row * rank
  let sum = 0
  for (let c = 0; c < rank; c++) sum += (embeddings[from + c] ?? 0) * (dense[c] ?? 0)
  return sum
}

/** Keeps `best` descending: shifts smaller ones down from position `at`. */
function insert(
  best: Float64Array,
  which: Int32Array,
  { at, cosine, row }: { readonly at: number; readonly cosine: number; readonly row: number },
): void {
  let i = at
  while (i > 0 && (best[i - 1] ?? 0) < cosine) {
    best[i] = best[i - 1] ?? 0
    which[i] = which[i - 1] ?? 0
    i -= 1
  }
  best[i] = cosine
  which[i] = row
}
