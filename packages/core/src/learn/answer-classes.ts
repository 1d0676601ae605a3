/**
 * Classes of queries by what both models make of them, and the payoff rule over them.
 *
 *   NEEDY      the large model is better: small < large
 *   HOPELESS   neither is any good: both at or below their own low mark
 *   GOOD       anything else: the small model does as well, or better
 *
 *   low mark = 10th percentile of the model's qualities; their least value where that percentile is their greatest; 0 where all are equal
 *   stay pays (-r, 0, -r - 1) for (NEEDY, GOOD, HOPELESS), escalating (-100, -100, -r - 100);  r = 0 … 4999
 *
 * Source: AutoMix, arXiv:2310.12963, its code. HOPELESS is tried first. Departures: theirs leaves out rows on which the small model is better
 * (here GOOD), and takes the percentile as it is, which makes every right answer of a model that is right nine times in ten a low one.
 */
export interface Qualities {
  readonly smallQuality: number
  readonly largeQuality: number
}

/** P(class | bin). Sums to 1. */
export interface ClassShares {
  readonly needy: number
  readonly good: number
  readonly hopeless: number
}

export const LOW_PERCENTILE: number = 0.1
export const CALL_PAYOFF: number = 100
export const LARGEST_R: number = 4999

/** One per bin. */
export function classifyAnswers(binned: readonly (readonly Qualities[])[]): readonly ClassShares[] {
  const rows = binned.flat()
  const low = {
    small: lowMark(rows.map(({ smallQuality }) => smallQuality)),
    large: lowMark(rows.map(({ largeQuality }) => largeQuality)),
  }
  return binned.map((some) => {
    let [needy, hopeless] = [0, 0]
    for (const { smallQuality, largeQuality } of some) {
      if (smallQuality <= low.small && largeQuality <= low.large) hopeless += 1
      else if (smallQuality < largeQuality) needy += 1
    }
    const n = Math.max(1, some.length)
    return { needy: needy / n, good: (some.length - needy - hopeless) / n, hopeless: hopeless / n }
  })
}

function lowMark(qualities: readonly number[]): number {
  const ascending = qualities.toSorted((a, b) => a - b)
  const percentile = ascending[Math.floor(LOW_PERCENTILE * (ascending.length - 1))] ?? 0
  const [least, greatest] = [ascending[0] ?? 0, ascending.at(-1) ?? 0]
  if (percentile < greatest) return percentile
  return least < greatest ? least : 0
}

/** Which bins escalate, for every r of the grid; each table once. */
export function pomdpTables(classes: readonly ClassShares[]): readonly (readonly boolean[])[] {
  const tables = new Map<string, readonly boolean[]>()
  for (let r = 0; r <= LARGEST_R; r++) {
    const table = classes.map(({ needy, good, hopeless }) => {
      const stay = -r * needy - (r + 1) * hopeless
      const escalate = -CALL_PAYOFF * (needy + good) - (r + CALL_PAYOFF) * hopeless
      return escalate > stay
    })
    const key = table.join()
    if (!tables.has(key)) tables.set(key, table)
  }
  return [...tables.values()]
}
