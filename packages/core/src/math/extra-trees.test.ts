import { describe, expect, it } from 'vitest'
import { fitForest, predictForest, type Forest } from './extra-trees.ts'
import { createRng } from './rng.ts'

const COLUMNS = 3

interface Table {
  readonly x: Float32Array
  readonly columns: number
  readonly y: Float64Array
  readonly targets: number
}

/** Uniform columns; the target reads some of them. */
function makeTable(rows: number, target: (x: Float32Array) => number): Table {
  const rng = createRng(2)
  const x = Float32Array.from({ length: rows * COLUMNS }, () => rng.next())
  const y = Float64Array.from({ length: rows }, (_, i) => target(x.subarray(i * COLUMNS, (i + 1) * COLUMNS)))
  return { x, columns: COLUMNS, y, targets: 1 }
}

function fit(table: Table, { minLeafRows = 3, seed = 1, rows = [...table.y.keys()] } = {}): Forest {
  return fitForest(table, rows, { trees: 30, candidates: 10, minLeafRows, rng: createRng(seed) })
}

function first(forest: Forest, x: Float32Array, offset = 0): number {
  return predictForest(forest, x, offset)[0] ?? Number.NaN
}

const step = (x: Float32Array): number => (x[1]! < 0.4 ? -1 : 1)

describe('fitForest', () => {
  it('finds the column and the place of a step', () => {
    const forest = fit(makeTable(400, step))
    const at = (value: number): number => first(forest, Float32Array.of(0.5, value, 0.5))
    expect(at(0.1)).toBeCloseTo(-1, 1)
    expect(at(0.9)).toBeCloseTo(1, 1)
    expect(at(0.34)).toBeLessThan(0)
    expect(at(0.46)).toBeGreaterThan(0)
  })

  it('finds what only two columns together tell', () => {
    const table = makeTable(800, (x) => (x[0]! < 0.5 === x[2]! < 0.5 ? 1 : 0))
    const forest = fit(table)
    const errors = [...table.y.keys()].filter(
      (i) => Math.abs(first(forest, table.x, i * COLUMNS) - table.y[i]!) > 0.5,
    )
    expect(errors.length / table.y.length).toBeLessThan(0.05)
  })

  it('predicts a constant target exactly, without a cut', () => {
    const forest = fit(makeTable(50, () => 0.25))
    expect(forest.features.every((feature) => feature === -1)).toBe(true)
    expect(first(forest, Float32Array.of(9, -9, 0))).toBe(0.25)
  })

  it('stays inside the range of the targets and never leaves a small leaf', () => {
    const table = makeTable(200, (x) => x[0]! + x[1]!)
    const minLeafRows = 20
    const forest = fit(table, { minLeafRows })
    for (const root of forest.roots) {
      const visits = new Map<number, number>()
      for (const i of table.y.keys()) {
        let node: number = root
        while (forest.features[node]! >= 0) {
          const isRight = table.x[i * COLUMNS + forest.features[node]!]! >= forest.cuts[node]!
          node = forest.lefts[node]! + Number(isRight)
        }
        visits.set(node, (visits.get(node) ?? 0) + 1)
      }
      for (const rows of visits.values()) expect(rows).toBeGreaterThanOrEqual(minLeafRows)
    }
    for (const i of table.y.keys()) {
      const value = first(forest, table.x, i * COLUMNS)
      expect(value).toBeGreaterThanOrEqual(Math.min(...table.y))
      expect(value).toBeLessThanOrEqual(Math.max(...table.y))
    }
  })

  it('is the mean of the targets where there are too few rows to cut', () => {
    const table = makeTable(5, (x) => x[0]!)
    const mean = table.y.reduce((a, b) => a + b, 0) / 5
    expect(first(fit(table, { minLeafRows: 3 }), table.x)).toBeCloseTo(mean, 6)
  })

  it('predicts several targets at once, linear in them', () => {
    const table = makeTable(300, step)
    const other = table.y.map((value) => 3 - 2 * value)
    const y = Float64Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? table.y : other)[i >> 1]!)
    const forest = fit({ ...table, y, targets: 2 }, { rows: [...table.y.keys()] })
    for (const i of table.y.keys()) {
      const [one = 0, two = 0] = predictForest(forest, table.x, i * COLUMNS)
      expect(two).toBeCloseTo(3 - 2 * one, 5)
    }
    expect(predictForest(forest, Float32Array.of(0.5, 0.1, 0.5), 0)[0]).toBeCloseTo(-1, 1)
  })

  it('gives the same forest for a seed, another for another, and reads only its rows', () => {
    const table = makeTable(100, step)
    expect(fit(table)).toEqual(fit(table))
    expect(fit(table, { seed: 2 })).not.toEqual(fit(table))
    const rows = [...Array(50).keys()]
    const spoiled = { ...table, y: table.y.map((value, i) => (i < 50 ? value : 99)) }
    expect(fit(spoiled, { rows })).toEqual(fit(table, { rows }))
  })
})
