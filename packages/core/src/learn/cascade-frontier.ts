/**
 * What is not beaten: points (cost, quality) of which each costs more and is better than the one before it.
 *
 *   a point is kept  <=>  no other is at least as good, but for rounding, for at most its cost
 *
 * Of equal points the first one stays, so that the order of adding decides ties. Quality and cost are sums over the rows.
 */
export interface CostedCascade {
  /** Positions of the candidates, in order of calling. */
  readonly chain: readonly number[]
  /** Cut on pGoodEnough of each stage; that of the last stage is 0. */
  readonly cuts: readonly number[]
  readonly quality: number
  readonly costUsd: number
}

export interface Frontier {
  /** Would a point with these figures be dropped? */
  isBeaten(costUsd: number, quality: number): boolean
  /** Drops the point when it is beaten, and those that it beats. O(log n) when it is. */
  add(point: CostedCascade): void
  /** By rising cost and rising quality. */
  points(): readonly CostedCascade[]
}

/** Sums of the same terms in another order differ by less. */
const ROUNDING = 1e-9

export function createFrontier(): Frontier {
  const kept: CostedCascade[] = []
  /** Number of points that cost at most this. */
  const countUpTo = (costUsd: number): number => {
    let [low, high] = [0, kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((kept[middle]?.costUsd ?? 0) <= costUsd) low = middle + 1
      else high = middle
    }
    return low
  }
  const isBeaten = (costUsd: number, quality: number): boolean =>
    (kept[countUpTo(costUsd) - 1]?.quality ?? Number.NEGATIVE_INFINITY) >= quality - ROUNDING
  return {
    isBeaten,
    add(point) {
      if (isBeaten(point.costUsd, point.quality)) return
      const at = countUpTo(point.costUsd)
      // One of the same cost is beaten too: it is not as good.
      const from = kept[at - 1]?.costUsd === point.costUsd ? at - 1 : at
      let to = at
      while ((kept[to]?.quality ?? Infinity) <= point.quality + ROUNDING) to += 1
      kept.splice(from, to - from, point)
    },
    points: () => [...kept],
  }
}
