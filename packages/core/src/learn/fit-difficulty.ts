/**
 * Learns the forest and the levels of estimate/difficulty.ts. Levels are equally full by predictions of forests that have not seen the row: a
 * forest's predictions on its own rows spread wider than on others, and the ends of the scale would never be met.
 */
import type { DifficultyParameters } from '../estimate/difficulty.ts'
import { fitForest, predictForest, type Forest } from '../math/extra-trees.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { fitShrunkenMeans } from '../math/shrunken-means.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

const LEVELS = 12
/** Fewer rows to a level say nothing of it. */
const ROWS_PER_LEVEL = 20

export function fitDifficulty(
  set: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): DifficultyParameters {
  const labels = labelDifficulty(set)
  const halves = splitInTwo(rows, seed)
  const unseen = new Float64Array(set.seen.length)
  halves.forEach((half, i) => {
    const forest = fitDifficultyForest(set, labels, { rows: halves[1 - i] ?? rows, seed })
    for (const row of half) unseen[row] = predictForest(forest, set.dense, row * set.columns)[0] ?? 0
  })
  const count = Math.max(2, Math.min(LEVELS, Math.floor(rows.length / ROWS_PER_LEVEL)))
  const cuts = cutByShares(
    rows.map((row) => unseen[row] ?? 0),
    Array.from({ length: count }, () => 1 / count),
  )
  const groupOf = new Int32Array(set.seen.length).fill(-1)
  for (const row of rows) groupOf[row] = cuts.filter((cut) => (unseen[row] ?? 0) >= cut).length
  const width = set.models.length
  const qualities = new Float32Array(count * width)
  set.targets.forEach((values, j) => {
    const { means } = fitShrunkenMeans({ groupOf, values, groups: count }, rows)
    means.forEach((mean, level) => (qualities[level * width + j] = mean))
  })
  const middles = Float32Array.from({ length: count }, (_, level) =>
    medianOf(
      rows.filter((row) => groupOf[row] === level).map((row) => unseen[row] ?? 0),
      cuts[level] ?? cuts.at(-1) ?? 0,
    ),
  )
  return { forest: fitDifficultyForest(set, labels, { rows, seed }), middles, qualities }
}

/** One per row: mean log output tokens over the models, standardised; the share of quality that is missing where an answer was not counted. */
export function labelDifficulty({ examples, models, qualities }: PoolSet): Float64Array {
  const width = models.length
  const lengths = examples.map(({ row }) =>
    meanLogTokens(models.map((model) => row.models[model]?.outputTokens)),
  )
  const isCounted = lengths.every((length) => length !== undefined)
  const raw = isCounted
    ? Float64Array.from(lengths)
    : Float64Array.from(examples, (_, row) => 1 - meanOf(qualities.subarray(row * width, (row + 1) * width)))
  const mean = meanOf(raw)
  const deviation = Math.sqrt(meanOf(raw.map((value) => (value - mean) ** 2)))
  return raw.map((value) => (deviation > 0 ? (value - mean) / deviation : 0))
}

function meanLogTokens(tokens: readonly (number | undefined)[]): number | undefined {
  const counted = tokens.flatMap((count) => (count === undefined ? [] : [Math.log1p(count)]))
  return counted.length < tokens.length ? undefined : meanOf(counted)
}

/** Predicts one number per row by trees over the dense view. */
export function fitDifficultyForest(
  { dense, columns }: Pick<PoolSet, 'dense' | 'columns'>,
  labels: Float64Array,
  { rows, seed }: { readonly rows: readonly number[]; readonly seed: number },
): Forest {
  return fitForest({ x: dense, columns, y: labels, targets: 1 }, rows, {
    trees: 40,
    candidates: 15,
    minLeafRows: 12,
    rng: createRng(seed),
  })
}

/**
 * Cuts between levels that are to receive given shares of the values: a value belongs to the level whose number is that of the cuts at most as large.
 * `shares`: from easy to hard, summing to 1. One cut fewer than shares, ascending.
 */
export function cutByShares(values: readonly number[], shares: readonly number[]): readonly number[] {
  const sorted = Float64Array.from(values).sort()
  let below = 0
  return shares.slice(0, -1).map((share) => {
    below += share
    return sorted[Math.min(sorted.length - 1, Math.round(below * sorted.length))] ?? 0
  })
}

function splitInTwo(rows: readonly number[], seed: number): readonly (readonly number[])[] {
  const order = shuffle(createRng(seed), rows)
  const middle = Math.ceil(order.length / 2)
  return [order.slice(0, middle), order.slice(middle)]
}

function medianOf(values: readonly number[], otherwise: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? otherwise
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return values.length === 0 ? 0 : sum / values.length
}
