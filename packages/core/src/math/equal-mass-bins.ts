/**
 * Reliability bins of equal mass: predictions in rising order, cut into groups of about equally many queries.
 *
 *   a bin takes ceil(queries left / bins left) queries, and all others with the same prediction as its last
 *
 * Equal predictions share a bin, so that there may be fewer bins than asked for and their order does not depend on the order of the rows. Equal
 * mass puts the bins where the queries are; bins of equal width (calibration-error.ts) leave some with a handful. Source: Nguyen and
 * O'Connor, "Posterior calibration and exploratory analysis for natural language processing models", EMNLP 2015 (adaptive binning).
 */
import type { ReliabilityBin } from './calibration-error.ts'
import { descendingOrder } from './quality-curve.ts'

/** By rising prediction. `from` and `to` are the least and the greatest prediction inside, both included. Needs at least one query. */
export function equalMassBins(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  bins: number,
): readonly ReliabilityBin[] {
  const order = descendingOrder(probabilities)?.reverse() ?? descending(probabilities.length)
  return cutEqualMass(
    Float64Array.from(order, (query) => probabilities[query]!),
    bins,
  ).map(([start, end]) => {
    let predicted = 0
    let observed = 0
    for (let i = start; i < end; i++) {
      predicted += probabilities[order[i]!]!
      observed += labels[order[i]!]!
    }
    const count = end - start
    return {
      from: probabilities[order[start]!]!,
      to: probabilities[order[end - 1]!]!,
      count,
      predicted: predicted / count,
      observed: observed / count,
    }
  })
}

/** Where the bins of ascending predictions start and end: [first, one past the last]. */
export function cutEqualMass(
  ascending: ArrayLike<number>,
  bins: number,
): readonly (readonly [number, number])[] {
  const n = ascending.length
  const cuts: (readonly [number, number])[] = []
  let start = 0
  while (start < n) {
    // What is left, shared out evenly: a long tie may have eaten several bins.
    const left = Math.max(1, Math.round(((n - start) * bins) / n))
    let end = start + Math.ceil((n - start) / left)
    while (end < n && ascending[end] === ascending[end - 1]) end += 1
    cuts.push([start, end])
    start = end
  }
  return cuts
}

function descending(n: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => n - 1 - i)
}
