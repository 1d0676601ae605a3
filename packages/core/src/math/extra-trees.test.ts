import { describe, expect, it } from 'vitest'
import { fitForest, predictForest, type Forest } from './extra-trees.ts'
import { createRng } from './rng.ts'

const COLUMNS = 3

interface Table {
  readonly x: Float32Array
  readonly columns: number
  readonly y: Float64Array
}

/** Uniform columns; the target reads some of them. */
function makeTable(rows: number, target: (x: Float32Array) => number): Table {
  const rng = createRng(2)
  const x = Float32Array.from({ length: rows * COLUMNS }, () => rng.next())
  const y = Float64Array.from({ length: rows }, (_, i) => target(x.subarray(i * COLUMNS, (i + 1) * COLUMNS)))
  return { x, columns: COLUMNS, y }
}

function fit(table: Table, { minLeafRows = 3, seed = 1, rows = [...table.y.keys()] } = {}): Forest {
  return fitForest(table, rows, { trees: 30, candidates: 10, minLeafRows, rng: createRng(seed) })
}

const step = (x: Float32Array): number => (x[1]! < 0.4 ? -1 : 1)

describe('fitForest', () => {
  it('finds the column and the place of a step', () => {
    const forest = fit(makeTable(400, step))
    const at = (value: number): number => predictForest(forest, Float32Array.of(0.5, value, 0.5), 0)
    expect(at(0.1)).toBeCloseTo(-1, 1)
    expect(at(0.9)).toBeCloseTo(1, 1)
    expect(at(0.34)).toBeLessThan(0)
    expect(at(0.46)).toBeGreaterThan(0)
  })

  it('finds what only two columns together tell', () => {
    const table = makeTable(800, (x) => (x[0]! < 0.5 === x[2]! < 0.5 ? 1 : 0))
    const forest = fit(table)
    const errors = [...table.y.keys()].filter(
      (i) => Math.abs(predictForest(forest, table.x, i * COLUMNS) - table.y[i]!) > 0.5,
    )
    expect(errors.length / table.y.length).toBeLessThan(0.05)
  })

  it('predicts a constant target exactly, without a cut', () => {
    const forest = fit(makeTable(50, () => 0.25))
    expect(forest.features.every((feature) => feature === -1)).toBe(true)
    expect(predictForest(forest, Float32Array.of(9, -9, 0), 0)).toBe(0.25)
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
      const value = predictForest(forest, table.x, i * COLUMNS)
      expect(value).toBeGreaterThanOrEqual(Math.min(...table.y))
      expect(value).toBeLessThanOrEqual(Math.max(...table.y))
    }
  })

  it('is the mean of the targets where there are too few rows to cut', () => {
    const table = makeTable(5, (x) => x[0]!)
    const mean = table.y.reduce((a, b) => a + b, 0) / 5
    expect(predictForest(fit(table, { minLeafRows: 3 }), table.x, 0)).toBeCloseTo(mean, 6)
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
