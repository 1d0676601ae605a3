/**
 * The three labels of Hybrid LLM: how good "the small model is good enough" is for one query.
 *
 *   det       1[ q(S) >= q(L) ]                 on the first sample of each model
 *   prob      Pr[ q(S) >= q(L) ]                over all pairs of samples
 *   trans(t)  Pr[ q(S) >= q(L) - t ]            over all pairs, t >= 0
 *
 * Source: arXiv:2404.14618 sections 3.1 to 3.3. The paper writes both > and >= for trans; the authors' code uses >= everywhere, and
 * all pairs of samples rather than aligned ones. With one sample per model the three agree at t = 0.
 */
import type { LabelMethod } from '../contract/artifact.ts'

/** Scores of the two models on one query, at least one each; higher is better, any sign. */
export interface ScorePair {
  readonly smallScores: readonly number[]
  readonly largeScores: readonly number[]
}

/** Scores are decimal fractions in files; 0.7 >= 0.8 - 0.1 must hold although binary numbers deny it. */
const EPSILON = 1e-12

export function detLabel({ smallScores, largeScores }: ScorePair): number {
  return (smallScores[0] ?? 0) >= (largeScores[0] ?? 0) - EPSILON ? 1 : 0
}

/** Share of (small, large) sample pairs with small >= large - t. Non-decreasing in t; 1 once t >= max(large) - min(small). */
export function transLabel({ smallScores, largeScores }: ScorePair, t: number): number {
  let wins = 0
  for (const small of smallScores) {
    for (const large of largeScores) {
      if (large - small <= t + EPSILON) wins += 1
    }
  }
  return wins / (smallScores.length * largeScores.length)
}

/** The trans labels of all pairs for many t: differences are sorted once, so that a t costs a search instead of every comparison. */
export function createTransLabels(pairs: readonly ScorePair[]): (t: number) => Float64Array {
  const differences = pairs.map(({ smallScores, largeScores }) =>
    Float64Array.from(smallScores.flatMap((small) => largeScores.map((large) => large - small))).sort(),
  )
  return (t) => Float64Array.from(differences, (sorted) => countUpTo(sorted, t + EPSILON) / sorted.length)
}

/** How many of the ascending values are at most `limit`. */
function countUpTo(ascending: Float64Array, limit: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) <= limit) low = middle + 1
    else high = middle
  }
  return low
}

export function probLabel(pair: ScorePair): number {
  return transLabel(pair, 0)
}

/** One label per pair, in [0, 1]. `t` is used by trans only. */
export function makeLabels(pairs: readonly ScorePair[], method: LabelMethod, t: number): Float64Array {
  const label = { det: detLabel, prob: probLabel, trans: (pair: ScorePair) => transLabel(pair, t) }[method]
  return Float64Array.from(pairs, label)
}
