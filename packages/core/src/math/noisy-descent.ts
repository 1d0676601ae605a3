/**
 * Descent by Adam over batches of rows, with Gaussian noise on their embeddings: how the small models of preferences and abilities are fitted. Behind
 * every embedding stands a constant 1. The noise does what a penalty would: directions that few rows share are learned less.
 */
import { createAdam } from './adam.ts'
import { gaussian } from './gaussian.ts'
import { shuffle, type Rng } from './rng.ts'

const BATCH = 64
/** Per component of a unit embedding of some 64. */
const NOISE = 0.05
const STEP_SIZE = 3e-3
const WEIGHT_DECAY = 1e-5
/** Passes; few rows are seen more often, until there were FEWEST_STEPS. */
const EPOCHS = 6
const FEWEST_STEPS = 400

export interface EmbeddedRows {
  /** Rows x columns, row-major; the first `rank` columns are the embedding. */
  readonly dense: Float32Array
  readonly columns: number
  readonly rank: number
  /** Rows x models, row-major. */
  readonly qualities: Float64Array
  readonly models: number
}

export interface EmbeddedRow {
  /** Length rank + 1: a constant 1 behind the embedding. */
  readonly embedding: Float64Array
  /** One per model. */
  readonly qualities: ArrayLike<number>
}

export interface Descent {
  /** Changed in place. */
  readonly parameters: Float64Array
  /** Adds the gradient of one row's loss; `into` is as long as the parameters. */
  readonly addGradient: (row: EmbeddedRow, into: Float64Array) => void
  readonly rng: Rng
}

export function descend(data: EmbeddedRows, rows: readonly number[], descent: Descent): void {
  const { models, rank, qualities } = data
  const { parameters, addGradient, rng } = descent
  const gradient = new Float64Array(parameters.length)
  const adam = createAdam(parameters, { stepSize: STEP_SIZE, weightDecay: WEIGHT_DECAY })
  const embedding = new Float64Array(rank + 1).fill(1)
  const epochs = Math.max(EPOCHS, Math.ceil((FEWEST_STEPS * BATCH) / rows.length))
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffle(rng, rows)
    for (let at = 0; at < order.length; at++) {
      const row = order[at]!
      for (let i = 0; i < rank; i++)
        embedding[i] = data.dense[row * data.columns + i]! + NOISE * gaussian(rng)
      addGradient({ embedding, qualities: qualities.subarray(row * models, (row + 1) * models) }, gradient)
      if ((at + 1) % BATCH > 0 && at + 1 < order.length) continue
      const size = (at % BATCH) + 1
      for (let i = 0; i < gradient.length; i++) gradient[i]! /= size
      adam.step(gradient)
    }
  }
}
