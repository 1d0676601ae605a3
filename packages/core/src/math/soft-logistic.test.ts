import { describe, expect, it } from 'vitest'
import { logit, sigmoid } from './logistic.ts'
import { createRng } from './rng.ts'
import { fitSoftLogistic, fitSoftLogistics, type LinearFit } from './soft-logistic.ts'
import { dotRow, stackRows, type SparseMatrix, type SparseRow } from './sparse.ts'

/** The value of the bias column, as the file states it: the bias b costs (b / 4)^2 / (2 C). */
const BIAS_SCALE = 4

interface Data {
  readonly matrix: SparseMatrix
  readonly labels: Float64Array
  readonly rows: readonly number[]
}

/** Random sparse rows of norm 1 with soft labels from a known linear model. */
function makeData(rows: number, columns: number, seed: number): Data {
  const rng = createRng(seed)
  const truth = Float32Array.from({ length: columns }, () => 4 * rng.next() - 2)
  const sparse = Array.from({ length: rows }, () => {
    const indices = Uint32Array.from({ length: columns }, (_, c) => c).filter(() => rng.next() < 0.6)
    const values = Float32Array.from(indices, () => 1 / Math.sqrt(Math.max(1, indices.length)))
    return { indices, values }
  })
  const matrix = stackRows(sparse, columns)
  const labels = Float64Array.from({ length: rows }, (_, i) => sigmoid(dotRow(matrix, i, truth) + 0.5))
  return { matrix, labels, rows: [...labels.keys()] }
}

function fit(data: Data, inversePenalty: number, epochs = 500): LinearFit {
  return fitSoftLogistic(data, { inversePenalty, epochs, tolerance: 1e-10, rng: createRng(1) })
}

/** Gradient of the objective in the file header by (w, b / BIAS_SCALE), divided by C^-1. */
function gradient({ matrix, labels, rows }: Data, { weights, bias }: LinearFit, c: number): number[] {
  const result = [...weights, bias / BIAS_SCALE].map((w) => w / c)
  for (const row of rows) {
    const error = sigmoid(dotRow(matrix, row, weights) + bias) - labels[row]!
    for (let k = matrix.starts[row]!; k < matrix.starts[row + 1]!; k++) {
      result[matrix.indices[k]!]! += error * matrix.values[k]!
    }
    result[weights.length]! += error * BIAS_SCALE
  }
  return result
}

/** Plain gradient descent on the same objective: slow, and hard to get wrong. */
function descend(data: Data, c: number): LinearFit {
  let point: LinearFit = { weights: new Float32Array(data.matrix.columns), bias: 0 }
  const step = 1 / (1 / c + (data.rows.length * (1 + BIAS_SCALE ** 2)) / 4)
  for (let i = 0; i < 20_000; i++) {
    const g = gradient(data, point, c)
    const weights = point.weights.map((w, j) => w - step * g[j]!)
    point = { weights, bias: BIAS_SCALE * (point.bias / BIAS_SCALE - step * g.at(-1)!) }
  }
  return point
}

const one = (column: number): SparseRow => ({ indices: Uint32Array.of(column), values: Float32Array.of(1) })

describe('fitSoftLogistic', () => {
  it.each([0.05, 0.5, 5])('has a gradient of about 0 at its optimum, C = %d', (c) => {
    const data = makeData(80, 6, 3)
    for (const g of gradient(data, fit(data, c), c)) expect(Math.abs(g)).toBeLessThan(1e-4)
  })

  it('ends where gradient descent ends', () => {
    const data = makeData(30, 4, 5)
    const ours = fit(data, 0.5)
    const theirs = descend(data, 0.5)
    expect(ours.bias).toBeCloseTo(theirs.bias, 5)
    for (const [j, weight] of theirs.weights.entries()) expect(ours.weights[j]).toBeCloseTo(weight, 5)
  })

  it('learns soft labels: with a weak penalty its probabilities are the labels', () => {
    const data = makeData(60, 5, 7)
    const { weights, bias } = fit(data, 1000, 3000)
    for (const row of data.rows) {
      expect(sigmoid(dotRow(data.matrix, row, weights) + bias)).toBeCloseTo(data.labels[row]!, 2)
    }
  })

  it('with nothing to see predicts the mean label', () => {
    const empty = { indices: new Uint32Array(), values: new Float32Array() }
    const labels = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 0.6))
    const matrix = stackRows(
      Array.from(labels, () => empty),
      3,
    )
    const { weights, bias } = fit({ matrix, labels, rows: [...labels.keys()] }, 5)
    expect([...weights]).toEqual([0, 0, 0])
    expect(bias).toBeCloseTo(logit(0.8), 2)
  })

  it('has the best bias for its weights, however few passes it made', () => {
    const data = makeData(80, 6, 3)
    for (const epochs of [1, 2, 5]) {
      const early = fit(data, 3, epochs)
      expect(Math.abs(gradient(data, early, 3).at(-1)!)).toBeLessThan(1e-6)
    }
  })

  it('shrinks as the penalty grows', () => {
    const data = makeData(60, 5, 9)
    const norms = [10, 1, 0.1, 0.01].map((c) => Math.hypot(...fit(data, c).weights))
    for (let i = 1; i < norms.length; i++) expect(norms[i]!).toBeLessThan(norms[i - 1]!)
  })

  it('stays finite on rows that one column separates', () => {
    const matrix = stackRows([one(0), one(0), one(1), one(1)], 2)
    const { weights, bias } = fit({ matrix, labels: Float64Array.of(1, 1, 0, 0), rows: [0, 1, 2, 3] }, 10)
    expect(weights[0]! + bias).toBeGreaterThan(1)
    expect(weights[1]! + bias).toBeLessThan(-1)
    expect([...weights, bias].every(Number.isFinite)).toBe(true)
  })

  it('reads only the rows it is given', () => {
    const data = makeData(40, 4, 11)
    const rows = data.rows.slice(0, 20)
    const spoiled = data.labels.map((label, i) => (i < 20 ? label : 1 - label))
    expect(fit({ ...data, rows }, 1)).toEqual(fit({ ...data, labels: spoiled, rows }, 1))
  })
})

describe('fitSoftLogistics', () => {
  it('fits each of several labels as if it were alone, to the last bit', () => {
    const data = makeData(60, 8, 5)
    const other = data.labels.map((label) => (label > 0.5 ? 0.9 : 0.2))
    // The tolerance lets the labels end after different numbers of passes.
    const options = { inversePenalty: 0.7, epochs: 40, tolerance: 1e-3 }
    const together = fitSoftLogistics(
      { ...data, labels: [data.labels, other] },
      { ...options, rng: createRng(3) },
    )
    for (const [j, labels] of [data.labels, other].entries()) {
      const alone = fitSoftLogistic({ ...data, labels }, { ...options, rng: createRng(3) })
      expect(together.weights.filter((_, i) => i % 2 === j)).toEqual(alone.weights)
      expect(together.biases[j]).toBe(alone.bias)
    }
  })
})
