/**
 * Extremely randomised trees for regression: many trees, each grown on all rows with cuts drawn at random; the prediction is
 * the mean over the trees. Of `candidates` random (feature, cut) pairs a node takes the one that lowers the squared error most.
 *
 * Source: Geurts, Ernst and Wehenkel, Machine Learning 63 (2006), table 1. Small leaves plus many trees act like nearest
 * neighbours that learned which features matter. Cost to grow: trees * candidates * rows * depth; to predict: trees * depth.
 */
import type { Rng } from './rng.ts'

export interface ForestOptions {
  readonly trees: number
  /** Random cuts tried per node. */
  readonly candidates: number
  /** Fewest training rows in a leaf. */
  readonly minLeafRows: number
  readonly rng: Rng
}

/** All trees in flat arrays. A node with feature -1 is a leaf: its cut is the predicted value. */
export interface Forest {
  /** Node index of each tree's root. */
  readonly roots: Uint32Array
  /** Feature column, or -1 for a leaf. */
  readonly features: Int16Array
  /** Cut: left when x < cut. For a leaf the predicted value. */
  readonly cuts: Float32Array
  /** Index of the left child; the right one follows the left. 0 for a leaf. */
  readonly lefts: Uint32Array
}

interface Table {
  /** rows x columns, row-major. */
  readonly x: Float32Array
  readonly columns: number
  /** One target per row. */
  readonly y: Float64Array
}

/** Deepest a tree may grow: a guard, reached only by degenerate data. */
const MAX_DEPTH = 24

export function fitForest(table: Table, rows: readonly number[], options: ForestOptions): Forest {
  const nodes: Nodes = { features: [], cuts: [], lefts: [] }
  const roots = new Uint32Array(options.trees)
  for (let tree = 0; tree < options.trees; tree++) {
    roots[tree] = nodes.features.length
    addNode(nodes)
    growTree({ table, options, nodes, order: Uint32Array.from(rows) }, roots[tree]!)
  }
  return {
    roots,
    features: Int16Array.from(nodes.features),
    cuts: Float32Array.from(nodes.cuts),
    lefts: Uint32Array.from(nodes.lefts),
  }
}

/** Mean over the trees for the row of `x` that starts at `offset`. */
export function predictForest(
  { roots, features, cuts, lefts }: Forest,
  x: Float32Array,
  offset: number,
): number {
  let total = 0
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!
    let feature = features[node]!
    while (feature >= 0) {
      node = lefts[node]! + (x[offset + feature]! < cuts[node]! ? 0 : 1)
      feature = features[node]!
    }
    total += cuts[node]!
  }
  return total / roots.length
}

interface Nodes {
  readonly features: number[]
  readonly cuts: number[]
  readonly lefts: number[]
}

interface Growth {
  readonly table: Table
  readonly options: ForestOptions
  readonly nodes: Nodes
  /** Row numbers; every node owns a contiguous stretch. */
  readonly order: Uint32Array
}

interface Pending {
  readonly node: number
  readonly start: number
  readonly end: number
  readonly depth: number
}

function growTree(growth: Growth, root: number): void {
  const { nodes, order, options } = growth
  const stack: Pending[] = [{ node: root, start: 0, end: order.length, depth: 0 }]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, start, end, depth } = next
    const cut =
      end - start < 2 * options.minLeafRows || depth >= MAX_DEPTH ? undefined : findCut(growth, start, end)
    if (cut === undefined) {
      nodes.cuts[node] = meanTarget(growth, start, end)
      continue
    }
    const middle = partition(growth, { start, end, cut })
    nodes.features[node] = cut.feature
    nodes.cuts[node] = cut.at
    nodes.lefts[node] = addNode(nodes)
    addNode(nodes)
    const left = nodes.lefts[node]
    stack.push({ node: left + 1, start: middle, end, depth: depth + 1 })
    stack.push({ node: left, start, end: middle, depth: depth + 1 })
  }
}

function addNode({ features, cuts, lefts }: Nodes): number {
  features.push(-1)
  cuts.push(0)
  lefts.push(0)
  return features.length - 1
}

interface Cut {
  readonly feature: number
  readonly at: number
}

/** Best of the random cuts; undefined when none leaves enough rows on both sides. */
function findCut(growth: Growth, start: number, end: number): Cut | undefined {
  const { table, options } = growth
  let best: Cut | undefined
  let bestGain = 0
  for (let c = 0; c < options.candidates; c++) {
    const feature = options.rng.int(table.columns)
    const at = drawCut(growth, { feature, start, end })
    if (at === undefined) continue
    const gain = gainOf(growth, { start, end, cut: { feature, at } })
    if (gain <= bestGain) continue
    bestGain = gain
    best = { feature, at }
  }
  return best
}

/** Uniform between the least and the largest value in the node; undefined when they are equal. */
function drawCut(
  { table, order, options }: Growth,
  stretch: { feature: number; start: number; end: number },
): number | undefined {
  const { x, columns } = table
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = stretch.start; i < stretch.end; i++) {
    const value = x[order[i]! * columns + stretch.feature]!
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!(low < high)) return undefined
  const at = Math.fround(low + (high - low) * options.rng.next())
  return at > low ? at : high
}

interface Split {
  readonly start: number
  readonly end: number
  readonly cut: Cut
}

/** Between-group sum of squares of a split; 0 when a side has too few rows. */
function gainOf({ table, order, options }: Growth, { start, end, cut }: Split): number {
  const { x, columns, y } = table
  let leftSum = 0
  let sum = 0
  let left = 0
  for (let i = start; i < end; i++) {
    const row = order[i]!
    sum += y[row]!
    if (x[row * columns + cut.feature]! >= cut.at) continue
    leftSum += y[row]!
    left += 1
  }
  const n = end - start
  const right = n - left
  if (left < options.minLeafRows || right < options.minLeafRows) return 0
  return (leftSum * leftSum) / left + (sum - leftSum) ** 2 / right - (sum * sum) / n
}

/** Reorders the stretch so that the left rows come first, in stable order; returns where the right ones begin. */
function partition({ table, order }: Growth, { start, end, cut }: Split): number {
  const { x, columns } = table
  const right: number[] = []
  let write = start
  for (let i = start; i < end; i++) {
    const row = order[i]!
    if (x[row * columns + cut.feature]! < cut.at) order[write++] = row
    else right.push(row)
  }
  order.set(right, write)
  return write
}

function meanTarget({ table, order }: Growth, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) sum += table.y[order[i]!]!
  return sum / Math.max(1, end - start)
}
