/**
 * Gradient boosting of regression trees for several soft labels at once: each tree is grown where the labels are still missed, its leaves move the
 * log-odds of all of them.
 *
 *   z_t <- log-odds of the mean; then, tree by tree, on a random share of the rows:
 *   g_t = y_t - sigmoid(z_t)                                        what is missed
 *   cut: the largest sum over t of  GL_t^2 / (nL + r) + GR_t^2 / (nR + r) - G_t^2 / (n + r),  G = sums of g
 *   leaf: z_t += rate * G_t / (H_t + r),  H = sums of p (1 - p)      one Newton step
 *
 * Sources: Friedman, Annals of Statistics 29 (2001), algorithm 5 (the logistic loss), and Computational Statistics & Data Analysis 38 (2002) (rows
 * drawn); one tree for many targets: Zhang and Jung, arXiv:1909.04373. Cuts are looked for between quantiles of the columns, among some columns a
 * tree. Cost: trees * depth * rows sampled * columns tried * targets.
 */
import type { Forest } from './extra-trees.ts'
import { logit, sigmoid } from './logistic.ts'
import { binColumns, type Bins } from './quantile-bins.ts'
import { shuffle, type Rng } from './rng.ts'

export interface BoostingOptions {
  readonly trees: number
  /** Cuts from the root to a leaf at most. */
  readonly depth: number
  /** Share of a leaf's step that is taken. Range (0, 1]. */
  readonly rate: number
  /** Rows that say 0, added to every node: r above. */
  readonly ridge: number
  /** Fewest of a tree's rows in a leaf. */
  readonly minLeafRows: number
  /** Share of the rows, drawn for each tree, that it is grown on. Range (0, 1]. */
  readonly sampled: number
  /** Columns tried by a tree. */
  readonly columnsTried: number
  readonly rng: Rng
}

export interface BoostedTrees {
  /** Log-odds before the first tree, one per target. */
  readonly bases: Float32Array
  /** Leaves hold steps; the prediction is their sum, which is the mean that predictForest gives times the number of trees. */
  readonly trees: Forest
}

interface Table {
  /** rows x columns, row-major. */
  readonly x: Float32Array
  readonly columns: number
  /** rows x targets, row-major. Range [0, 1]. */
  readonly y: Float64Array
  readonly targets: number
}

interface Growth {
  readonly table: Table
  readonly bins: Bins
  readonly options: BoostingOptions
  /** One list per field of Forest. */
  readonly nodes: Record<'features' | 'cuts' | 'lefts' | 'values', number[]>
  /** y - p and p (1 - p), rows x targets. */
  readonly missed: Float64Array
  readonly curvature: Float64Array
  /** Columns that the tree at hand tries. */
  readonly tried: Uint32Array
  /** Scratch, bins x (targets + 1): sums of `missed`, then the count. */
  readonly histogram: Float64Array
}

export function fitBoostedTrees(
  table: Table,
  rows: readonly number[],
  options: BoostingOptions,
): BoostedTrees {
  const { targets, y, columns } = table
  const bins = binColumns(table, rows)
  const bases = meanOdds(table, rows)
  const odds = new Float64Array(y.length)
  for (const row of rows) odds.set(bases, row * targets)
  const growth: Growth = {
    table,
    bins,
    options,
    nodes: { features: [], cuts: [], lefts: [], values: [] },
    missed: new Float64Array(y.length),
    curvature: new Float64Array(y.length),
    tried: new Uint32Array(Math.min(columns, options.columnsTried)),
    histogram: new Float64Array(bins.count * (targets + 1)),
  }
  const all = [...Array(columns).keys()]
  const roots = new Uint32Array(options.trees)
  for (let tree = 0; tree < options.trees; tree++) {
    miss(growth, odds, rows)
    growth.tried.set(shuffle(options.rng, all).slice(0, growth.tried.length))
    const sampled = rows.filter(() => options.rng.next() < options.sampled)
    roots[tree] = addNode(growth)
    growNode(growth, { node: roots[tree]!, rows: Uint32Array.from(sampled), depth: 0 })
    for (const row of rows) addSteps(growth, { root: roots[tree]!, row, odds })
  }
  const { features, cuts, lefts, values } = growth.nodes
  return {
    bases,
    trees: {
      roots,
      features: Int16Array.from(features),
      cuts: Float32Array.from(cuts),
      lefts: Uint32Array.from(lefts),
      values: Float32Array.from(values),
      targets,
    },
  }
}

function meanOdds({ y, targets }: Table, rows: readonly number[]): Float32Array {
  const sums = new Float64Array(targets)
  for (const row of rows) for (let t = 0; t < targets; t++) sums[t]! += y[row * targets + t]!
  return Float32Array.from(sums, (sum) => logit(sum / rows.length, 0.01))
}

function miss(
  { table: { y, targets }, missed, curvature }: Growth,
  odds: Float64Array,
  rows: readonly number[],
): void {
  for (const row of rows) {
    for (let at = row * targets; at < (row + 1) * targets; at++) {
      const p = sigmoid(odds[at]!)
      missed[at] = y[at]! - p
      curvature[at] = p * (1 - p)
    }
  }
}

function addNode({ nodes }: Growth): number {
  nodes.features.push(-1)
  nodes.cuts.push(0)
  nodes.lefts.push(0)
  return nodes.features.length - 1
}

interface Stretch {
  readonly node: number
  readonly rows: Uint32Array
  readonly depth: number
}

function growNode(growth: Growth, { node, rows, depth }: Stretch): void {
  const { nodes, bins, options, table } = growth
  const isLeaf = depth >= options.depth || rows.length < 2 * options.minLeafRows
  const cut = isLeaf ? undefined : findCut(growth, rows)
  if (cut === undefined) {
    addLeaf(growth, node, rows)
    return
  }
  const { column, bin } = cut
  const isLeft = (row: number): boolean => bins.codes[row * table.columns + column]! <= bin
  nodes.features[node] = column
  nodes.cuts[node] = bins.cuts[column]![bin]!
  const left = addNode(growth)
  addNode(growth)
  nodes.lefts[node] = left
  growNode(growth, { node: left, rows: rows.filter(isLeft), depth: depth + 1 })
  growNode(growth, { node: left + 1, rows: rows.filter((row) => !isLeft(row)), depth: depth + 1 })
}

function addLeaf(
  { nodes, table: { targets }, missed, curvature, options }: Growth,
  node: number,
  rows: Uint32Array,
): void {
  nodes.lefts[node] = nodes.values.length
  for (let t = 0; t < targets; t++) {
    let top = 0
    let bottom = options.ridge
    for (const row of rows) {
      top += missed[row * targets + t]!
      bottom += curvature[row * targets + t]!
    }
    nodes.values.push(bottom > 0 ? (options.rate * top) / bottom : 0)
  }
}

interface Cut {
  readonly column: number
  /** Rows of this bin and those below go left. */
  readonly bin: number
}

function findCut(growth: Growth, rows: Uint32Array): Cut | undefined {
  const totals = new Float64Array(growth.table.targets)
  for (const row of rows)
    for (let t = 0; t < totals.length; t++) totals[t]! += growth.missed[row * totals.length + t]!
  let best: Cut | undefined
  let bestGain = 1e-9
  for (const column of growth.tried) {
    fillHistogram(growth, rows, column)
    const { bin, gain } = scanHistogram(growth, totals, rows.length)
    if (gain <= bestGain) continue
    bestGain = gain
    best = { column, bin }
  }
  return best
}

function fillHistogram(
  { table: { columns, targets }, bins, missed, histogram }: Growth,
  rows: Uint32Array,
  column: number,
): void {
  histogram.fill(0)
  const { codes } = bins
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    const to = codes[row * columns + column]! * (targets + 1)
    const from = row * targets
    for (let t = 0; t < targets; t++) histogram[to + t]! += missed[from + t]!
    histogram[to + targets]! += 1
  }
}

/** The best cut of the column in the histogram, by its gain over no cut; -Infinity when none leaves enough rows on both sides. */
function scanHistogram(
  { histogram, options: { ridge, minLeafRows }, bins }: Growth,
  totals: Float64Array,
  rows: number,
): { readonly bin: number; readonly gain: number } {
  const targets = totals.length
  const left = new Float64Array(targets)
  let count = 0
  let best = { bin: 0, gain: Number.NEGATIVE_INFINITY }
  for (let bin = 0; bin < bins.count - 1; bin++) {
    const at = bin * (targets + 1)
    for (let t = 0; t < targets; t++) left[t]! += histogram[at + t]!
    count += histogram[at + targets]!
    if (histogram[at + targets] === 0 || count < minLeafRows || rows - count < minLeafRows) continue
    let gain = 0
    for (let t = 0; t < targets; t++) {
      const [sum, total] = [left[t]!, totals[t]!]
      gain += (sum * sum) / (count + ridge) + (total - sum) ** 2 / (rows - count + ridge)
      gain -= (total * total) / (rows + ridge)
    }
    if (gain > best.gain) best = { bin, gain }
  }
  return best
}

interface Step {
  readonly root: number
  readonly row: number
  readonly odds: Float64Array
}

function addSteps({ nodes, table: { x, columns, targets } }: Growth, { root, row, odds }: Step): void {
  let node = root
  while (nodes.features[node]! >= 0) {
    const isLeft = x[row * columns + nodes.features[node]!]! < nodes.cuts[node]!
    node = nodes.lefts[node]! + (isLeft ? 0 : 1)
  }
  const from = nodes.lefts[node]!
  for (let t = 0; t < targets; t++) odds[row * targets + t]! += nodes.values[from + t]!
}
