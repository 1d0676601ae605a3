/**
 * Multinomial logistic regression on sparse rows, by stochastic gradient descent: which of K classes a text belongs to.
 *
 *   minimise  sum_i -log softmax(W x_i + b)[class_i]  (soft labels: the shares' mean of it),   step size  s / sqrt(1 + epoch)
 *
 * A few passes over sparse unit rows end before the weights grow large; stopping early is the regularisation. Classes whose
 * gradient is below LEAST_GRADIENT are left alone in a step: after the first pass most are, which makes steps several times
 * cheaper. Weights are kept column by column (columns x K, row-major), so that each entry of a row touches neighbours.
 * Cost per epoch: at most 2 K multiply-adds per stored entry.
 */
import { shuffle, type Rng } from './rng.ts'
import type { SparseMatrix, SparseRow } from './sparse.ts'

const LEAST_GRADIENT = 1e-3

export interface SoftmaxOptions {
  readonly classes: number
  readonly epochs: number
  /** First step size s. Rows of norm 1 like 1 to 8. */
  readonly stepSize: number
  readonly rng: Rng
}

export interface SoftmaxFit {
  readonly classes: number
  /** columns x classes, row-major. */
  readonly weights: Float32Array
  /** One per class. */
  readonly bias: Float32Array
}

export type SoftmaxData = {
  readonly matrix: SparseMatrix
  /** Which rows to fit on. */
  readonly rows: readonly number[]
} & (
  | {
      /** Class of each matrix row, 0 … classes - 1. */
      readonly classOf: Uint32Array
    }
  | {
      /** Soft labels: shares of the classes, adding up to 1, matrix rows x classes, row-major. */
      readonly shares: Float32Array
    }
)

export function fitSoftmax(
  data: SoftmaxData,
  { classes, epochs, stepSize, rng }: SoftmaxOptions,
): SoftmaxFit {
  const { matrix, rows } = data
  const subtractLabel = createSubtraction(data, classes)
  const fit = {
    classes,
    weights: new Float32Array(matrix.columns * classes),
    bias: new Float32Array(classes),
  }
  const p = new Float64Array(classes)
  const active = new Uint32Array(classes)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const step = stepSize / Math.sqrt(1 + epoch)
    for (const row of shuffle(rng, rows)) {
      const start = matrix.starts[row]!
      const end = matrix.starts[row + 1]!
      p.set(fit.bias)
      for (let k = start; k < end; k++)
        addScaled(p, fit.weights, matrix.indices[k]! * classes, matrix.values[k]!)
      softmax(p)
      subtractLabel(p, row)
      let size = 0
      for (let c = 0; c < classes; c++) {
        if (Math.abs(p[c]!) < LEAST_GRADIENT) continue
        active[size++] = c
        fit.bias[c]! -= 0.1 * step * p[c]!
      }
      for (let k = start; k < end; k++) {
        const offset = matrix.indices[k]! * classes
        const factor = step * matrix.values[k]!
        for (let a = 0; a < size; a++) fit.weights[offset + active[a]!]! -= factor * p[active[a]!]!
      }
    }
  }
  return fit
}

/** p -= label of the row. */
function createSubtraction(data: SoftmaxData, classes: number): (p: Float64Array, row: number) => void {
  if ('classOf' in data) {
    const { classOf } = data
    return (p, row) => {
      p[classOf[row]!]! -= 1
    }
  }
  const { shares } = data
  return (p, row) => {
    for (let c = 0; c < classes; c++) p[c]! -= shares[row * classes + c]!
  }
}

/** Class probabilities of one row, written into `into` (length classes). */
export function predictSoftmax(fit: SoftmaxFit, { indices, values }: SparseRow, into: Float64Array): void {
  into.set(fit.bias)
  for (let k = 0; k < indices.length; k++) addScaled(into, fit.weights, indices[k]! * fit.classes, values[k]!)
  softmax(into)
}

// oxlint-disable-next-line max-params -- innermost loop: an options object here costs a third of the running time
function addScaled(into: Float64Array, weights: Float32Array, offset: number, factor: number): void {
  for (let c = 0; c < into.length; c++) into[c]! += factor * weights[offset + c]!
}

/** Scores to probabilities, in place. */
export function softmax(scores: Float64Array): void {
  let largest = Number.NEGATIVE_INFINITY
  for (let c = 0; c < scores.length; c++) largest = Math.max(largest, scores[c]!)
  let total = 0
  for (let c = 0; c < scores.length; c++) {
    scores[c] = Math.exp(scores[c]! - largest)
    total += scores[c]!
  }
  for (let c = 0; c < scores.length; c++) scores[c]! /= total
}
