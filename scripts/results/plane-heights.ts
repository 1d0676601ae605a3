/** Heights in the cost-quality plane: the mean quality of a system over a range of mean costs, mixing neighbouring operating points at random. */
export interface Point {
  readonly cost: number
  readonly quality: number
}

const GRID = 60

/** Mean height between two costs: straight lines between points by cost, above the dearest point its quality. NaN below the cheapest. */
export function meanHeight(points: readonly Point[], from: number, to: number): number {
  const sorted = points.toSorted((a, b) => a.cost - b.cost || a.quality - b.quality)
  let sum = 0
  let after = 0
  for (let i = 0; i <= GRID; i++) {
    const cost = from + ((to - from) * i) / GRID
    while (after < sorted.length && (sorted[after]?.cost ?? 0) < cost) after += 1
    sum += (i === 0 || i === GRID ? 0.5 : 1) * heightBetween(sorted[after - 1], sorted[after], cost)
  }
  return sum / GRID
}

function heightBetween(low: Point | undefined, high: Point | undefined, cost: number): number {
  if (high === undefined) return low?.quality ?? Number.NaN
  if (low === undefined) return high.cost <= cost * (1 + 1e-9) ? high.quality : Number.NaN
  return low.quality + ((cost - low.cost) / (high.cost - low.cost)) * (high.quality - low.quality)
}

/** The points that the best mixtures use, by rising cost: those that no mixture of others beats at their cost. */
export function hullOf<P extends Point>(points: readonly P[]): readonly P[] {
  const chain: P[] = []
  for (const point of points.toSorted((a, b) => a.cost - b.cost || b.quality - a.quality)) {
    if (chain.length > 0 && point.quality <= (chain.at(-1)?.quality ?? 0)) continue
    while (chain.length > 1 && slope(chain.at(-2), point) >= slope(chain.at(-2), chain.at(-1))) chain.pop()
    chain.push(point)
  }
  return chain
}

function slope(from: Point | undefined, to: Point | undefined): number {
  if (from === undefined || to === undefined) return 0
  return (to.quality - from.quality) / (to.cost - from.cost)
}

/** Mean of a column over the rows that a draw counts. */
export function drawnMean(column: ArrayLike<number>, copies: ArrayLike<number>): number {
  let sum = 0
  let total = 0
  for (let i = 0; i < column.length; i++) {
    sum += (copies[i] ?? 0) * (column[i] ?? 0)
    total += copies[i] ?? 0
  }
  return sum / total
}

export function cheapest(points: readonly Point[]): number {
  return Math.min(...points.map(({ cost }) => cost))
}
