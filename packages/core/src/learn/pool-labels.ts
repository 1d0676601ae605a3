/**
 * Labels of a query for a pool: shares that add up to 1, of how much each model is the one to send it to.
 *
 *   hard          equal shares for the models with the highest quality, 0 for the others
 *   soft(T)       softmax(quality / T): T -> 0 is hard, T -> infinity is equal shares
 *   rewards       softmax(reward), reward = weight * z + (1 - weight) * mean z of the query's task type, z the quality in standard deviations
 *   cheapest      1 for the cheapest model that is good enough; for the dearest when none is
 *
 * Sources: hard and soft, TensorOpera Router, arXiv:2408.12320; rewards, ZOOTER, arXiv:2311.08692 (rewards of a reward model, normalised, steadied by
 * those of queries with the same tags), whose constants we did not read and chose ourselves; cheapest, "Towards Optimizing SQL Generation via LLM
 * Routing", arXiv:2411.04319, ties to the cheapest, none to the strongest, which is taken to be the dearest.
 */
import { softmax } from '../math/softmax-regression.ts'

/** Qualities closer than this are equal: they are decimal fractions in files. */
const EPSILON = 1e-12

/** `qualities`: one per model. */
export function hardLabel(qualities: ArrayLike<number>): Float64Array {
  const best = Math.max(...Array.from(qualities)) - EPSILON
  const shares = Float64Array.from(qualities, (quality) => (quality >= best ? 1 : 0))
  const count = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / count)
}

/** `temperature`: at least 0, in units of quality. */
export function softLabel(qualities: ArrayLike<number>, temperature: number): Float64Array {
  if (temperature === 0) return hardLabel(qualities)
  // Distances from the best: at a tiny temperature the qualities themselves would all be infinite.
  const best = Math.max(...Array.from(qualities))
  const shares = Float64Array.from(qualities, (quality) => (quality - best) / temperature)
  softmax(shares)
  return shares
}

/** `models` from cheap to dear; good enough is a quality of at least `bar`. */
export function cheapestLabel(qualities: ArrayLike<number>, bar: number): Float64Array {
  const shares = new Float64Array(qualities.length)
  const first = Array.from(qualities).findIndex((quality) => quality >= bar - EPSILON)
  shares[first < 0 ? shares.length - 1 : first] = 1
  return shares
}

export interface RewardRows {
  /** Rows x models, row-major. */
  readonly qualities: ArrayLike<number>
  readonly models: number
  /** Task type of each row; -1 for none, which counts as one more type. */
  readonly typeOf: ArrayLike<number>
  /** Of the row's own reward against its type's. Range [0, 1]. */
  readonly weight: number
}

/** Labels of `rows`, in their order; means and deviations are those of `rows`, too. */
export function rewardLabels(
  { qualities, models, typeOf, weight }: RewardRows,
  rows: readonly number[],
): Float64Array[] {
  const own = standardise(rows.map((row) => sliceRow(qualities, row, models)))
  const types = rows.map((row) => typeOf[row] ?? -1)
  const means = new Map<number, Float64Array>()
  for (const type of new Set(types)) means.set(type, meanOf(own.filter((_, i) => types[i] === type)))
  return own.map((of, i) => {
    const ofType = means.get(types[i] ?? -1) ?? of
    const shares = of.map((reward, j) => weight * reward + (1 - weight) * (ofType[j] ?? 0))
    softmax(shares)
    return shares
  })
}

function sliceRow(values: ArrayLike<number>, row: number, width: number): Float64Array {
  return Float64Array.from({ length: width }, (_, j) => values[row * width + j] ?? 0)
}

/** In standard deviations from the mean of all; 0 where all are equal. */
function standardise(rows: readonly Float64Array[]): readonly Float64Array[] {
  const count = rows.reduce((sum, row) => sum + row.length, 0)
  const total = (of: (value: number) => number): number =>
    rows.reduce((sum, row) => sum + row.reduce((inner, value) => inner + of(value), 0), 0) / count
  const mean = total((value) => value)
  const deviation = Math.sqrt(total((value) => (value - mean) ** 2))
  return rows.map((row) => row.map((value) => (deviation > EPSILON ? (value - mean) / deviation : 0)))
}

function meanOf(rows: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0)
  for (const row of rows) row.forEach((value, j) => (sums[j] = (sums[j] ?? 0) + value / rows.length))
  return sums
}
