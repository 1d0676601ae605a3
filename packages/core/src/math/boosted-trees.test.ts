import { describe, expect, it } from 'vitest'
import { fitBoostedTrees, type BoostedTrees, type BoostingOptions } from './boosted-trees.ts'
import { predictForest } from './extra-trees.ts'
import { createRng } from './rng.ts'

const ONE_TREE: BoostingOptions = {
  trees: 1,
  depth: 1,
  rate: 1,
  ridge: 0,
  minLeafRows: 1,
  sampled: 1,
  columnsTried: 2,
  rng: createRng(1),
}

function predict({ bases, trees }: BoostedTrees, x: Float32Array): number[] {
  const means = predictForest(trees, x, 0)
  return Array.from(bases, (base, t) => base + trees.roots.length * means[t]!)
}

describe('boosted trees', () => {
  // Two targets, mean 1/2 each, so both begin at odds 0, p (1 - p) = 1/4. Column 1 is noise. The cut in column 0 splits g = -1/2, -1/2 | 1/2, 1/2
  // of the first target; the second has g = 1/2, -1/2 | 1/2, -1/2 and gains nothing from it.
  const table = {
    x: Float32Array.of(0, 5, 0, 5, 1, 5, 1, 5),
    columns: 2,
    y: Float64Array.of(0, 1, 0, 0, 1, 1, 1, 0),
    targets: 2,
  }

  it('take one Newton step a leaf, worked by hand', () => {
    const fit = fitBoostedTrees(table, [0, 1, 2, 3], ONE_TREE)
    // First target: -1 / (2/4) = -2 and 2; second: 0.
    expect(predict(fit, Float32Array.of(0, 5))).toEqual([-2, 0])
    expect(predict(fit, Float32Array.of(1, 5))).toEqual([2, 0])
  })

  it('are held back by the ridge and the rate', () => {
    const fit = fitBoostedTrees(table, [0, 1, 2, 3], { ...ONE_TREE, ridge: 1, rate: 0.3 })
    // 0.3 * -1 / (2/4 + 1) = -0.2
    expect(predict(fit, Float32Array.of(0, 5))[0]).toBeCloseTo(-0.2, 6)
  })

  it('do not cut where a side would have too few rows', () => {
    const fit = fitBoostedTrees(table, [0, 1, 2, 3], { ...ONE_TREE, minLeafRows: 3 })
    expect(predict(fit, Float32Array.of(0, 5))).toEqual([0, 0])
  })

  it('learn what no single column tells, and the levels of soft labels', () => {
    // The first target is the exclusive or of two columns, the second a soft label of the third.
    const rng = createRng(4)
    const rows = 1200
    const x = Float32Array.from({ length: rows * 3 }, () => rng.next())
    const y = Float64Array.from({ length: rows * 2 }, (_, i) => {
      const at = (i >> 1) * 3
      return i % 2 === 0 ? Number(x[at]! < 0.5 !== x[at + 1]! < 0.5) : 0.2 + 0.6 * Math.round(x[at + 2]!)
    })
    const fit = fitBoostedTrees({ x, columns: 3, y, targets: 2 }, [...Array(rows).keys()], {
      ...ONE_TREE,
      trees: 80,
      depth: 3,
      rate: 0.2,
      ridge: 1,
      minLeafRows: 5,
      sampled: 0.5,
      columnsTried: 3,
      rng: createRng(1),
    })
    for (const [a, b] of [
      [0.2, 0.8],
      [0.8, 0.2],
    ] as const) {
      expect(predict(fit, Float32Array.of(a, b, 0.1))[0]).toBeGreaterThan(1.5)
      expect(predict(fit, Float32Array.of(a, a, 0.1))[0]).toBeLessThan(-1.5)
      // log(0.2 / 0.8) = -1.386
      expect(predict(fit, Float32Array.of(a, b, 0.1))[1]).toBeCloseTo(-1.386, 0)
      expect(predict(fit, Float32Array.of(a, b, 0.9))[1]).toBeCloseTo(1.386, 0)
    }
  })
})
