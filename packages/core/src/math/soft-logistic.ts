/**
 * Logistic regression with soft labels and an L2 penalty, on sparse rows, by dual coordinate ascent:
 *
 *   minimise over w, b   |w|^2 / (2 C)  +  sum_i [ log(1 + exp(z_i)) - y_i z_i ],   z_i = w . x_i + b,   y_i in [0, 1]
 *
 * The dual keeps w = C * sum_i a_i x_i with a_i = y_i - sigmoid(z_i) at the optimum. Each step solves one a_i exactly by Newton
 * on the increasing function  g(a) = a - y_i + sigmoid(z_i + C q_i (a - a_i)),  q_i = |x_i|^2.  The bias b is a column of ones
 * times BIAS_SCALE, hence penalised, but so weakly that it is free in practice.
 *
 * Source: Yu, Huang and Lin, "Dual coordinate descent methods for logistic regression and maximum entropy models", Machine
 * Learning 85 (2011), algorithm 5, with labels y in [0, 1] instead of +-1 (the dual then has a_i in [y_i - 1, y_i]).
 * Cost per epoch: two passes over the stored entries for all labels together.
 */
import { sigmoid } from './logistic.ts'
import { shuffle, type Rng } from './rng.ts'
import { addRowColumns, dotRowColumns, squaredNormRow, type SparseMatrix } from './sparse.ts'

/** Value of the bias column. Its square times C is how freely b moves; 4 makes a shift of one logit cost about |w|^2 = 1/16. */
const BIAS_SCALE = 4
const NEWTON_STEPS = 8
const BIAS_STEPS = 50

export interface SoftLogisticOptions {
  /** Inverse penalty C > 0. With rows of norm about 1, useful values are 0.1 to 10. */
  readonly inversePenalty: number
  /** Largest number of passes. */
  readonly epochs: number
  /** Stops when the largest change of a dual variable in a pass falls below this. */
  readonly tolerance: number
  readonly rng: Rng
}

export interface LinearFit {
  /** One weight per column. */
  readonly weights: Float32Array
  readonly bias: number
}

export interface LinearFits {
  /** Columns x labels, row-major: the weights of one column side by side, so that an entry costs one cache line for all labels. */
  readonly weights: Float32Array
  /** One per label. */
  readonly biases: Float64Array
}

/** `rows`: which rows of `matrix` to fit on; `labels`: one soft label per matrix row, in [0, 1]. */
export function fitSoftLogistic(
  { matrix, labels, rows }: SoftLogisticData & { readonly labels: Float64Array },
  options: SoftLogisticOptions,
): LinearFit {
  const { weights, biases } = fitSoftLogistics({ matrix, rows, labels: [labels] }, options)
  return { weights, bias: biases[0]! }
}

/** Several labels on the same rows, each as fitSoftLogistic would fit it, to the last bit; the text is read once for all. */
export function fitSoftLogistics(
  data: SoftLogisticData & { readonly labels: readonly Float64Array[] },
  { inversePenalty, epochs, tolerance, rng }: SoftLogisticOptions,
): LinearFits {
  const { matrix, labels, rows } = data
  const width = labels.length
  const weights = new Float32Array(matrix.columns * width)
  const dual = new Float64Array(matrix.rows * width)
  const norms = new Float64Array(matrix.rows)
  for (const row of rows) norms[row] = squaredNormRow(matrix, row) + BIAS_SCALE * BIAS_SCALE
  const biases = new Float64Array(width)
  const z = new Float64Array(width)
  const factors = new Float64Array(width)
  const largest = new Float64Array(width)
  const isSettled = new Uint8Array(width)
  for (let epoch = 0; epoch < epochs && isSettled.includes(0); epoch++) {
    largest.fill(0)
    for (const row of shuffle(rng, rows)) {
      dotRowColumns(matrix, row, { dense: weights, width, into: z })
      let isMoved = false
      for (let j = 0; j < width; j++) {
        factors[j] = 0
        if (isSettled[j] === 1) continue
        const step = solveDual({
          y: labels[j]![row]!,
          a: dual[row * width + j]!,
          z: z[j]! + BIAS_SCALE * biases[j]!,
          curvature: inversePenalty * norms[row]!,
        })
        if (step === 0) continue
        isMoved = true
        dual[row * width + j]! += step
        factors[j] = inversePenalty * step
        biases[j]! += inversePenalty * step * BIAS_SCALE
        largest[j] = Math.max(largest[j]!, Math.abs(step))
      }
      if (isMoved) addRowColumns(matrix, row, { dense: weights, width, factors })
    }
    for (let j = 0; j < width; j++) if (largest[j]! < tolerance) isSettled[j] = 1
  }
  return { weights, biases: settleBiases(data, { weights, biases }, inversePenalty) }
}

interface SoftLogisticData {
  readonly matrix: SparseMatrix
  readonly rows: readonly number[]
}

/**
 * The best bias for the weights as they are, by Newton on the objective. A pass moves the bias with every row, so after few passes it
 * stands where the last rows pushed it: up to a whole deviation of the predictions off, another amount in each fold.
 */
function settleBiases(
  { matrix, labels, rows }: SoftLogisticData & { readonly labels: readonly Float64Array[] },
  { weights, biases }: { readonly weights: Float32Array; readonly biases: Float64Array },
  inversePenalty: number,
): Float64Array {
  const width = labels.length
  const margins = new Float64Array(rows.length * width)
  rows.forEach((row, i) =>
    dotRowColumns(matrix, row, { dense: weights, width, into: margins.subarray(i * width, (i + 1) * width) }),
  )
  return biases.map((bias, j) =>
    settleBias(
      rows.map((row, i) => ({ margin: margins[i * width + j]!, label: labels[j]![row]! })),
      BIAS_SCALE * bias,
      inversePenalty,
    ),
  )
}

function settleBias(
  rows: readonly { readonly margin: number; readonly label: number }[],
  bias: number,
  inversePenalty: number,
): number {
  const ridge = 1 / (inversePenalty * BIAS_SCALE * BIAS_SCALE)
  let b = bias
  for (let step = 0; step < BIAS_STEPS; step++) {
    let gradient = ridge * b
    let curvature = ridge
    for (const { margin, label } of rows) {
      const p = sigmoid(margin + b)
      gradient += p - label
      curvature += p * (1 - p)
    }
    // Where the sigmoid is flat a full step overshoots; a logit at a time always arrives.
    const change = Math.max(-1, Math.min(1, gradient / curvature))
    b -= change
    if (Math.abs(change) < 1e-9) break
  }
  return b
}

interface DualStep {
  readonly y: number
  /** Current dual variable. */
  readonly a: number
  readonly z: number
  /** C q_i: how far z moves per unit of a. */
  readonly curvature: number
}

/** The change of a that solves g(a + change) = 0. g is increasing and its root is in [y - 1, y]. */
function solveDual({ y, a, z, curvature }: DualStep): number {
  let low = y - 1
  let high = y
  let next = a
  for (let i = 0; i < NEWTON_STEPS; i++) {
    const p = sigmoid(z + curvature * (next - a))
    const g = next - y + p
    if (Math.abs(g) < 1e-9) break
    if (g > 0) high = next
    else low = next
    const newton = next - g / (1 + curvature * p * (1 - p))
    // Newton overshoots where the sigmoid is flat; the bracket keeps it safe.
    next = newton > low && newton < high ? newton : (low + high) / 2
  }
  return next - a
}
