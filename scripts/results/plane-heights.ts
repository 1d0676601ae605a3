/** Heights in the cost-quality plane: the mean quality of a system over a range of mean costs, mixing neighbouring operating points at random. */
import { averageImprovementInQuality } from '@weir/core'

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

/** The same of the best mixtures of the points. */
export function meanHullHeight(points: readonly Point[], from: number, to: number): number {
  const sorted = points.toSorted((a, b) => b.cost - a.cost)
  const curve = {
    axis: 'costUsd',
    cost: Float64Array.from(sorted, ({ cost }) => cost),
    quality: Float64Array.from(sorted, ({ quality }) => quality),
  } as const
  return averageImprovementInQuality(curve, { from, to }).value ?? Number.NaN
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
