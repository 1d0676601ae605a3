/**
 * Network of one hidden layer for several soft labels at once: what the labels share is learned once, in the hidden layer.
 *
 *   h = max(0, hiddenWeights u + hiddenBiases),   u = (x - centre) * scale held inside [-4, 4]
 *   z = weights h + biases,                        loss  sum_t [log(1 + exp(z_t)) - y_t z_t],  averaged over a batch
 *
 * Learned by Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1) with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101) and a step
 * that falls linearly to 0. Start: He et al., arXiv:1502.01852. Cost: 6 epochs * rows * hidden * (columns + targets).
 */
import { sigmoid } from './logistic.ts'
import { shuffle, type Rng } from './rng.ts'

export interface Perceptron {
  /** One per column. */
  readonly centre: Float32Array
  readonly scale: Float32Array
  /** columns x hidden, row-major. */
  readonly hiddenWeights: Float32Array
  readonly hiddenBiases: Float32Array
  /** hidden x targets, row-major. */
  readonly weights: Float32Array
  readonly biases: Float32Array
}

export interface PerceptronOptions {
  readonly hidden: number
  readonly epochs: number
  readonly batchRows: number
  readonly stepSize: number
  /** Share of a weight that a step of size 1 takes away. */
  readonly decay: number
  readonly rng: Rng
}

interface Table {
  /** rows x columns, row-major. */
  readonly x: Float32Array
  readonly columns: number
  /** rows x targets, row-major. Range [0, 1]. */
  readonly y: Float64Array
  readonly targets: number
}

/** Standard deviations past which an input says no more. */
const FARTHEST = 4
const FIRST_DECAY = 0.9
const SECOND_DECAY = 0.999
const TINY = 1e-8

export function fitPerceptron(table: Table, rows: readonly number[], options: PerceptronOptions): Perceptron {
  const net = start(table, rows, options)
  const gradient = gradientOf(net)
  const steps = PARTS.map((part) => createAdam(net[part], gradient[part]))
  const room = { input: new Float64Array(table.columns), output: new Float64Array(table.targets) }
  const hidden = new Float64Array(options.hidden)
  const batches = Math.ceil(rows.length / options.batchRows)
  for (let epoch = 0, done = 0; epoch < options.epochs; epoch++) {
    const order = shuffle(options.rng, rows)
    for (let batch = 0; batch < batches; batch++, done++) {
      const used = order.slice(batch * options.batchRows, (batch + 1) * options.batchRows)
      for (const part of PARTS) gradient[part].fill(0)
      for (const row of used) addGradient({ net, table, gradient, room, hidden }, row)
      const stepSize = options.stepSize * (1 - done / (batches * options.epochs))
      for (const step of steps) step({ stepSize, rows: used.length, decay: options.decay })
    }
  }
  return net
}

/** Log-odds of each target for the row of `x` that starts at `offset`. */
export function predictPerceptron(net: Perceptron, x: Float32Array, offset = 0): Float64Array {
  const input = new Float64Array(net.centre.length)
  const hidden = new Float64Array(net.hiddenBiases.length)
  const output = new Float64Array(net.biases.length)
  forward(net, { x, offset, input, hidden, output })
  return output
}

interface Pass {
  readonly x: Float32Array
  readonly offset: number
  readonly input: Float64Array
  readonly hidden: Float64Array
  readonly output: Float64Array
}

function forward(net: Perceptron, { x, offset, input, hidden, output }: Pass): void {
  const { centre, scale, hiddenWeights, hiddenBiases, weights, biases } = net
  const width = hidden.length
  const targets = output.length
  hidden.set(hiddenBiases)
  for (let c = 0; c < input.length; c++) {
    const u = Math.max(-FARTHEST, Math.min(FARTHEST, (x[offset + c]! - centre[c]!) * scale[c]!))
    input[c] = u
    const at = c * width
    for (let h = 0; h < width; h++) hidden[h]! += u * hiddenWeights[at + h]!
  }
  output.set(biases)
  for (let h = 0; h < width; h++) {
    if (hidden[h]! <= 0) {
      hidden[h] = 0
      continue
    }
    const at = h * targets
    for (let t = 0; t < targets; t++) output[t]! += hidden[h]! * weights[at + t]!
  }
}

type Part = 'hiddenWeights' | 'hiddenBiases' | 'weights' | 'biases'
const PARTS: readonly Part[] = ['hiddenWeights', 'hiddenBiases', 'weights', 'biases']
type Gradient = Readonly<Record<Part, Float64Array>>

function gradientOf(net: Perceptron): Gradient {
  const like = (part: Part): Float64Array => new Float64Array(net[part].length)
  return {
    hiddenWeights: like('hiddenWeights'),
    hiddenBiases: like('hiddenBiases'),
    weights: like('weights'),
    biases: like('biases'),
  }
}

interface Backward {
  readonly net: Perceptron
  readonly table: Table
  readonly gradient: Gradient
  readonly room: Pick<Pass, 'input' | 'output'>
  readonly hidden: Float64Array
}

function addGradient({ net, table, gradient, room, hidden }: Backward, row: number): void {
  const { x, columns, y, targets } = table
  const { input, output } = room
  const width = hidden.length
  forward(net, { x, offset: row * columns, input, hidden, output })
  for (let t = 0; t < targets; t++) {
    output[t] = sigmoid(output[t]!) - y[row * targets + t]!
    gradient.biases[t]! += output[t]!
  }
  for (let h = 0; h < width; h++) {
    if (hidden[h] === 0) continue
    const at = h * targets
    let back = 0
    for (let t = 0; t < targets; t++) {
      back += output[t]! * net.weights[at + t]!
      gradient.weights[at + t]! += output[t]! * hidden[h]!
    }
    hidden[h] = back
    gradient.hiddenBiases[h]! += back
  }
  for (let c = 0; c < columns; c++) {
    const at = c * width
    const u = input[c]!
    for (let h = 0; h < width; h++) gradient.hiddenWeights[at + h]! += u * hidden[h]!
  }
}

interface AdamStep {
  readonly stepSize: number
  /** Of the batch that the gradient was summed over. */
  readonly rows: number
  readonly decay: number
}

function createAdam(weights: Float32Array, gradient: Float64Array): (step: AdamStep) => void {
  const first = new Float64Array(weights.length)
  const second = new Float64Array(weights.length)
  let power1 = 1
  let power2 = 1
  return ({ stepSize, rows, decay }) => {
    power1 *= FIRST_DECAY
    power2 *= SECOND_DECAY
    for (let i = 0; i < weights.length; i++) {
      const g = gradient[i]! / rows
      first[i] = FIRST_DECAY * first[i]! + (1 - FIRST_DECAY) * g
      second[i] = SECOND_DECAY * second[i]! + (1 - SECOND_DECAY) * g * g
      const change = first[i]! / (1 - power1) / (Math.sqrt(second[i]! / (1 - power2)) + TINY)
      weights[i]! -= stepSize * (change + decay * weights[i]!)
    }
  }
}

function start(
  { x, columns, targets }: Table,
  rows: readonly number[],
  options: PerceptronOptions,
): Perceptron {
  const centre = new Float32Array(columns)
  const scale = new Float32Array(columns)
  for (let c = 0; c < columns; c++) {
    let sum = 0
    let squares = 0
    for (const row of rows) {
      const value = x[row * columns + c]!
      sum += value
      squares += value * value
    }
    const mean = sum / rows.length
    const deviation = Math.sqrt(Math.max(0, squares / rows.length - mean * mean))
    centre[c] = mean
    // A column that does not vary says nothing.
    scale[c] = deviation > 1e-6 ? 1 / deviation : 0
  }
  const { hidden, rng } = options
  const draw = (length: number, inputs: number): Float32Array =>
    Float32Array.from({ length }, () => Math.sqrt(6 / inputs) * (2 * rng.next() - 1))
  return {
    centre,
    scale,
    hiddenWeights: draw(columns * hidden, columns),
    hiddenBiases: new Float32Array(hidden),
    weights: draw(hidden * targets, hidden),
    biases: new Float32Array(targets),
  }
}
