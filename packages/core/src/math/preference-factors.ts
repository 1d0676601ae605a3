/**
 * Factors of preferences: a vector for every model and a projection of the queries' embeddings, learned together (noisy-descent.ts).
 *
 *   strength_M = c . ( v_M / |v_M| * h ),  h = W (e + noise)            g_M = d loss / d strength_M (bradley-terry.ts)
 *   d h = c * sum_M g_M n_M      d W = d h (e + noise)'      d c = h * sum_M g_M n_M      d n_M = g_M c * h      n_M = v_M / |v_M|
 *   d v_M = (d n_M - n_M (n_M . d n_M)) / |v_M|
 *
 * What is given back is the product of the parts, u_M = W' (c * v_M / |v_M|): strength_M = u_M . (e, 1).
 * Source: RouteLLM, arXiv:2406.18665, and its public training code (batch 64, noise 0.1, weight decay 1e-5, Adam).
 */
import { addBattles } from './bradley-terry.ts'
import { gaussian } from './gaussian.ts'
import { descend, type EmbeddedRow, type EmbeddedRows } from './noisy-descent.ts'
import type { Rng } from './rng.ts'

/** Strengths of a pool lie in at most as many directions as it has models; RouteLLM: 128. */
const WIDTH = 16

/** Three parts of one array, so that one Adam moves all of them. */
export interface FactorWeights {
  /** Models x WIDTH. */
  readonly v: Float64Array
  readonly c: Float64Array
  /** WIDTH x rank. */
  readonly w: Float64Array
}

/** u_M, models x (rank + 1), row-major, the constant's part last. The same rows and random numbers give the same vectors. */
export function fitFactors(data: EmbeddedRows, rows: readonly number[], rng: Rng): Float32Array {
  const { models, rank } = data
  const parameters = startingWeights(models, rank + 1, rng)
  const weights = partsOf(parameters, models)
  descend(data, rows, {
    parameters,
    addGradient: (row, into) => addFactorGradient(weights, row, partsOf(into, models)),
    rng,
  })
  return multiplyOut(weights, models)
}

/** As PyTorch begins: embeddings standard normal, linear layers uniform within 1 / sqrt(inputs). */
function startingWeights(models: number, rank: number, rng: Rng): Float64Array {
  const all = new Float64Array(WIDTH * (models + 1 + rank))
  const { v, c, w } = partsOf(all, models)
  v.forEach((_, i) => (v[i] = gaussian(rng)))
  c.forEach((_, i) => (c[i] = (2 * rng.next() - 1) / Math.sqrt(WIDTH)))
  w.forEach((_, i) => (w[i] = (2 * rng.next() - 1) / Math.sqrt(rank)))
  return all
}

function partsOf(all: Float64Array, models: number): FactorWeights {
  const end = models * WIDTH
  return { v: all.subarray(0, end), c: all.subarray(end, end + WIDTH), w: all.subarray(end + WIDTH) }
}

/** Adds the gradient of one row's loss to `into`. */
export function addFactorGradient(
  { v, c, w }: FactorWeights,
  { embedding, qualities }: EmbeddedRow,
  into: FactorWeights,
): void {
  const width = c.length
  const models = v.length / width
  const rank = embedding.length
  const hidden = new Float64Array(width)
  for (let k = 0; k < width; k++) {
    for (let i = 0; i < rank; i++) hidden[k]! += w[k * rank + i]! * embedding[i]!
  }
  const { norms, strengths } = strengthsOf({ v, c }, hidden, models)
  const errors = new Float64Array(models)
  addBattles(qualities, strengths, errors)
  const mixed = new Float64Array(width)
  for (let j = 0; j < models; j++) {
    const [norm, error] = [norms[j]!, errors[j]!]
    const along = (error * strengths[j]!) / norm
    for (let k = 0; k < width; k++) {
      const unit = v[j * width + k]! / norm
      mixed[k]! += error * unit
      into.v[j * width + k]! += (error * c[k]! * hidden[k]!) / norm - unit * along
    }
  }
  for (let k = 0; k < width; k++) {
    into.c[k]! += hidden[k]! * mixed[k]!
    const factor = c[k]! * mixed[k]!
    for (let i = 0; i < rank; i++) into.w[k * rank + i]! += factor * embedding[i]!
  }
}

interface Strengths {
  /** |v_M|, one per model. */
  readonly norms: Float64Array
  readonly strengths: Float64Array
}

function strengthsOf(
  { v, c }: Pick<FactorWeights, 'v' | 'c'>,
  hidden: Float64Array,
  models: number,
): Strengths {
  const width = c.length
  const norms = new Float64Array(models)
  const strengths = new Float64Array(models)
  for (let j = 0; j < models; j++) {
    let square = 0
    let product = 0
    for (let k = 0; k < width; k++) {
      const one = v[j * width + k]!
      square += one * one
      product += c[k]! * one * hidden[k]!
    }
    norms[j] = Math.sqrt(square)
    strengths[j] = product / norms[j]!
  }
  return { norms, strengths }
}

/** u_M = W' (c * v_M / |v_M|), models x rank. */
function multiplyOut(weights: FactorWeights, models: number): Float32Array {
  const width = weights.c.length
  const rank = weights.w.length / width
  const vectors = new Float32Array(models * rank)
  for (let i = 0; i < rank; i++) {
    const hidden = weights.c.map((_, k) => weights.w[k * rank + i]!)
    strengthsOf(weights, hidden, models).strengths.forEach((one, j) => (vectors[j * rank + i] = one))
  }
  return vectors
}
