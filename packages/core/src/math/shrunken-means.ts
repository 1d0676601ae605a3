/**
 * Means of groups, each pulled towards the overall mean by as much as its own sample is uncertain:
 *
 *   m + (m_c - m) n_c T / (n_c T + W)
 *
 * m overall mean; m_c, n_c mean and size of group c; W the variance inside groups; T the variance of true group means by the method
 * of moments, at least 0. Source: DerSimonian and Laird 1986 (random-effects meta-analysis); empirical Bayes for a normal mean.
 */

export interface GroupedValues {
  /** Group of each value, 0 … groups - 1; -1 for a value without group, which is left out. */
  readonly groupOf: ArrayLike<number>
  readonly values: ArrayLike<number>
  readonly groups: number
}

export interface ShrunkenMeans {
  /** Overall mean of the grouped values; 0 when there are none. */
  readonly mean: number
  /** One per group; the overall mean for an empty one. */
  readonly means: Float64Array
}

/** `rows`: which values to use. */
export function fitShrunkenMeans(
  { groupOf, values, groups }: GroupedValues,
  rows: Iterable<number>,
): ShrunkenMeans {
  const sizes = new Float64Array(groups)
  const sums = new Float64Array(groups)
  let n = 0
  let sum = 0
  let squares = 0
  for (const row of rows) {
    const group = groupOf[row]!
    if (group < 0) continue
    const value = values[row]!
    sizes[group]! += 1
    sums[group]! += value
    n += 1
    sum += value
    squares += value * value
  }
  const mean = n === 0 ? 0 : sum / n
  const { within, between } = varianceComponents(sizes, sums, { n, mean, squares })
  const means = sizes.map((size, group) => {
    if (size === 0 || between === 0) return mean
    return mean + ((sums[group]! / size - mean) * size * between) / (size * between + within)
  })
  return { mean, means }
}

interface Totals {
  readonly n: number
  readonly mean: number
  readonly squares: number
}

function varianceComponents(
  sizes: Float64Array,
  sums: Float64Array,
  { n, mean, squares }: Totals,
): { readonly within: number; readonly between: number } {
  let betweenSquares = 0
  let sizeSquares = 0
  let used = 0
  for (let group = 0; group < sizes.length; group++) {
    const size = sizes[group]!
    if (size === 0) continue
    used += 1
    betweenSquares += size * (sums[group]! / size - mean) ** 2
    sizeSquares += size * size
  }
  if (n <= used || used < 2) return { within: 1, between: 0 }
  const within = (squares - n * mean * mean - betweenSquares) / (n - used)
  const between = Math.max(0, (betweenSquares - (used - 1) * within) / (n - sizeSquares / n))
  return { within: Math.max(within, 1e-12), between }
}
