/**
 * Extremely randomised trees for regression on one or more targets: many trees, each grown on all rows with cuts drawn at random; the
 * prediction is the mean over the trees. Of `candidates` random (feature, cut) pairs a node takes the one that lowers the squared error,
 * summed over the targets, most: targets that go together steady each other's cuts.
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

/** All trees in flat arrays. A node with feature -1 is a leaf. */
export interface Forest {
  /** Node index of each tree's root. */
  readonly roots: Uint32Array
  /** Feature column, or -1 for a leaf. */
  readonly features: Int16Array
  /** Cut: left when x < cut. 0 for a leaf. */
  readonly cuts: Float32Array
  /** Index of the left child; the right one follows the left. For a leaf where its predictions begin in `values`. */
  readonly lefts: Uint32Array
  /** Predictions of the leaves, `targets` numbers each. */
  readonly values: Float32Array
  readonly targets: number
}

interface Table {
  /** rows x columns, row-major. */
  readonly x: Float32Array
  readonly columns: number
  /** rows x targets, row-major. */
  readonly y: Float64Array
  readonly targets: number
}

/** Deepest a tree may grow: a guard, reached only by degenerate data. */
const MAX_DEPTH = 24

export function fitForest(table: Table, rows: readonly number[], options: ForestOptions): Forest {
  const nodes: Nodes = { features: [], cuts: [], lefts: [], values: [] }
  const roots = new Uint32Array(options.trees)
  const column = new Float32Array(rows.length)
  const targets = new Float64Array(rows.length * table.targets)
  for (let tree = 0; tree < options.trees; tree++) {
    roots[tree] = nodes.features.length
    addNode(nodes)
    growTree({ table, options, nodes, order: Uint32Array.from(rows), column, targets }, roots[tree]!)
  }
  return {
    roots,
    features: Int16Array.from(nodes.features),
    cuts: Float32Array.from(nodes.cuts),
    lefts: Uint32Array.from(nodes.lefts),
    values: Float32Array.from(nodes.values),
    targets: table.targets,
  }
}

/** Means over the trees for the row of `x` that starts at `offset`: one per target. */
export function predictForest(
  { roots, features, cuts, lefts, values, targets }: Forest,
  x: Float32Array,
  offset: number,
): Float64Array {
  const means = new Float64Array(targets)
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!
    let feature = features[node]!
    while (feature >= 0) {
      node = lefts[node]! + (x[offset + feature]! < cuts[node]! ? 0 : 1)
      feature = features[node]!
    }
    const at = lefts[node]!
    for (let target = 0; target < targets; target++) means[target]! += values[at + target]!
  }
  for (let target = 0; target < targets; target++) means[target]! /= roots.length
  return means
}

interface Nodes {
  readonly features: number[]
  readonly cuts: number[]
  readonly lefts: number[]
  readonly values: number[]
}

interface Growth {
  readonly table: Table
  readonly options: ForestOptions
  readonly nodes: Nodes
  /** Row numbers; every node owns a contiguous stretch. */
  readonly order: Uint32Array
  /** Scratch: a column of the stretch at hand, in its order. */
  readonly column: Float32Array
  /** Scratch: the targets of the stretch at hand, in its order; length rows x targets. */
  readonly targets: Float64Array
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
      nodes.lefts[node] = nodes.values.length
      addMeans(growth, start, end)
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

/** Rows that a node's cuts are judged by, about: of more every k-th. Which of some random cuts is best shows on so many. */
const JUDGED_ROWS = 512

/** Best of the random cuts; undefined when none leaves enough rows on both sides. */
function findCut(growth: Growth, start: number, end: number): Cut | undefined {
  const { table, options } = growth
  const step = Math.max(1, Math.floor((end - start) / JUDGED_ROWS))
  // Rows lie scattered in the table: what every candidate reads is gathered once.
  const sums = gatherTargets(growth, { start, end, step })
  let best: Cut | undefined
  let bestGain = 0
  for (let c = 0; c < options.candidates; c++) {
    const feature = options.rng.int(table.columns)
    const at = drawCut(growth, { feature, start, end, step })
    if (at === undefined) continue
    const gain = gainOf(growth, { at, rows: Math.ceil((end - start) / step), step, sums })
    if (gain <= bestGain) continue
    bestGain = gain
    best = { feature, at }
  }
  return best
}

interface Stretch {
  readonly start: number
  readonly end: number
  /** Every step-th row is read. */
  readonly step: number
}

/** Fills the scratch targets; returns the sum of each target. */
function gatherTargets({ table, order, targets }: Growth, { start, end, step }: Stretch): Float64Array {
  const width = table.targets
  const sums = new Float64Array(width)
  let write = 0
  for (let i = start; i < end; i += step) {
    const from = order[i]! * width
    for (let target = 0; target < width; target++) {
      const value = table.y[from + target]!
      targets[write++] = value
      sums[target]! += value
    }
  }
  return sums
}

/** Fills the scratch column; uniform between its least and largest value, undefined when they are equal. */
function drawCut(
  { table, order, options, column }: Growth,
  { feature, start, end, step }: Stretch & { readonly feature: number },
): number | undefined {
  const { x, columns } = table
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  let write = 0
  for (let i = start; i < end; i += step) {
    const value = x[order[i]! * columns + feature]!
    column[write++] = value
    if (value < low) low = value
    if (value > high) high = value
  }
  if (!(low < high)) return undefined
  const at = Math.fround(low + (high - low) * options.rng.next())
  return at > low ? at : high
}

interface Split {
  readonly at: number
  /** Rows in the scratch column, each standing for `step`. */
  readonly rows: number
  readonly step: number
  /** Sum of each target over them. */
  readonly sums: Float64Array
}

/** Between-group sum of squares, over all targets, of cutting the scratch column; 0 when a side has too few rows. */
function gainOf({ column, targets, options }: Growth, { at, rows, step, sums }: Split): number {
  const width = sums.length
  let left = 0
  for (let i = 0; i < rows; i++) if (column[i]! < at) left += 1
  const right = rows - left
  if (Math.min(left, right) * step < options.minLeafRows) return 0
  let gain = 0
  for (let target = 0; target < width; target++) {
    let leftSum = 0
    for (let i = 0; i < rows; i++) if (column[i]! < at) leftSum += targets[i * width + target]!
    const sum = sums[target]!
    gain += (leftSum * leftSum) / left + (sum - leftSum) ** 2 / right - (sum * sum) / rows
  }
  return gain
}

/** Reorders the stretch so that the left rows come first, in stable order; returns where the right ones begin. */
function partition(
  { table, order }: Growth,
  { start, end, cut }: { readonly start: number; readonly end: number; readonly cut: Cut },
): number {
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

function addMeans(growth: Growth, start: number, end: number): void {
  for (const sum of gatherTargets(growth, { start, end, step: 1 }))
    growth.nodes.values.push(sum / Math.max(1, end - start))
}
