/**
 * k-means on dense rows: groups of alike texts, the stand-in for task types when the data names none.
 * Seeding: k-means++ (Arthur and Vassilvitskii, SODA 2007); then Lloyd's steps until nothing moves or `iterations` is reached.
 */
import type { Rng } from './rng.ts'

export interface KMeansOptions {
  readonly clusters: number
  readonly iterations: number
  readonly rng: Rng
}

/** Cluster of each row, 0 … clusters - 1. `x`: rows x columns, row-major. Needs at least `clusters` rows. */
export function fitKMeans(
  { x, columns }: { readonly x: Float32Array; readonly columns: number },
  { clusters, iterations, rng }: KMeansOptions,
): Uint32Array {
  const rows = x.length / columns
  const centres = seedCentres({ x, columns, rows }, clusters, rng)
  const clusterOf = new Uint32Array(rows)
  for (let pass = 0; pass < iterations; pass++) {
    let moved = 0
    for (let row = 0; row < rows; row++) {
      const nearest = nearestCentre({ x, columns, row }, centres, clusters)
      if (nearest !== clusterOf[row]) moved += 1
      clusterOf[row] = nearest
    }
    if (moved === 0 && pass > 0) break
    moveCentres({ x, columns, rows }, clusterOf, centres)
  }
  return clusterOf
}

interface Table {
  readonly x: Float32Array
  readonly columns: number
  readonly rows: number
}

function seedCentres({ x, columns, rows }: Table, clusters: number, rng: Rng): Float64Array {
  const centres = new Float64Array(clusters * columns)
  const distance = new Float64Array(rows).fill(Number.POSITIVE_INFINITY)
  let chosen = rng.int(rows)
  for (let cluster = 0; cluster < clusters; cluster++) {
    for (let c = 0; c < columns; c++) centres[cluster * columns + c] = x[chosen * columns + c]!
    let total = 0
    for (let row = 0; row < rows; row++) {
      distance[row] = Math.min(distance[row]!, squaredDistance({ x, columns, row }, centres, cluster))
      total += distance[row]!
    }
    let left = rng.next() * total
    chosen = 0
    while (chosen < rows - 1 && (left -= distance[chosen]!) > 0) chosen += 1
  }
  return centres
}

interface Point {
  readonly x: Float32Array
  readonly columns: number
  readonly row: number
}

function nearestCentre(point: Point, centres: Float64Array, clusters: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let cluster = 0; cluster < clusters; cluster++) {
    const distance = squaredDistance(point, centres, cluster)
    if (distance >= least) continue
    least = distance
    best = cluster
  }
  return best
}

function squaredDistance({ x, columns, row }: Point, centres: Float64Array, cluster: number): number {
  let sum = 0
  for (let c = 0; c < columns; c++) sum += (x[row * columns + c]! - centres[cluster * columns + c]!) ** 2
  return sum
}

/** A centre without rows stays where it is. */
function moveCentres({ x, columns, rows }: Table, clusterOf: Uint32Array, centres: Float64Array): void {
  const clusters = centres.length / columns
  const sizes = new Float64Array(clusters)
  const sums = new Float64Array(centres.length)
  for (let row = 0; row < rows; row++) {
    const cluster = clusterOf[row]!
    sizes[cluster]! += 1
    for (let c = 0; c < columns; c++) sums[cluster * columns + c]! += x[row * columns + c]!
  }
  for (let i = 0; i < sums.length; i++) {
    const size = sizes[Math.floor(i / columns)]!
    if (size > 0) centres[i] = sums[i]! / size
  }
}
