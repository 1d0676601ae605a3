import { describe, expect, it } from 'vitest'
import { fitKMeans } from './k-means.ts'
import { createRng } from './rng.ts'

const CENTRES = [
  [0, 0],
  [10, 0],
  [0, 10],
] as const

/** 40 points about each of three centres far apart, in turn. */
function makePoints(seed: number): Float32Array {
  const rng = createRng(seed)
  return Float32Array.from({ length: 240 }, (_, i) => {
    const [x, y] = CENTRES[Math.floor(i / 2) % 3]!
    return (i % 2 === 0 ? x : y) + rng.next()
  })
}

const run = (): Uint32Array =>
  fitKMeans({ x: makePoints(1), columns: 2 }, { clusters: 5, iterations: 10, rng: createRng(3) })

describe('fitKMeans', () => {
  it.each([1, 2, 3, 4, 5])('parts groups that stand apart, seed %i', (seed) => {
    const clusterOf = fitKMeans(
      { x: makePoints(seed), columns: 2 },
      { clusters: 3, iterations: 20, rng: createRng(seed) },
    )
    const names = clusterOf.slice(0, 3)
    expect(new Set(names).size).toBe(3)
    for (const [row, cluster] of clusterOf.entries()) expect(cluster).toBe(names[row % 3])
  })

  it('leaves every point nearest to the mean of its own cluster', () => {
    const rng = createRng(8)
    const x = Float32Array.from({ length: 300 }, () => rng.next())
    const clusterOf = fitKMeans({ x, columns: 3 }, { clusters: 4, iterations: 200, rng: createRng(1) })
    const mean = (cluster: number): number[] =>
      [0, 1, 2].map((c) => {
        const rows = [...clusterOf.keys()].filter((row) => clusterOf[row] === cluster)
        return rows.reduce((sum, row) => sum + x[row * 3 + c]!, 0) / rows.length
      })
    const means = [0, 1, 2, 3].map(mean)
    for (const [row, cluster] of clusterOf.entries()) {
      const distances = means.map((centre) => Math.hypot(...centre.map((v, c) => v - x[row * 3 + c]!)))
      expect(distances[cluster]).toBeLessThan(Math.min(...distances) + 1e-6)
    }
  })

  it('repeats for a seed, and takes points that are all the same', () => {
    expect(run()).toEqual(run())
    const same = fitKMeans(
      { x: new Float32Array(20).fill(2), columns: 2 },
      { clusters: 3, iterations: 5, rng: createRng(1) },
    )
    expect(new Set(same).size).toBe(1)
  })
})
