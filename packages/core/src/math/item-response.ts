/**
 * Item response in several dimensions: models have abilities, a query asks for some of them and is so difficult.
 *
 *   P(M is right on q) = sigmoid( theta_M . a(q) - b(q) ),   a(q) = A (e_q, 1),   b(q) = B . (e_q, 1)
 *
 * theta, A and B are learned together on the cross-entropy of all models' qualities. What is given back is multiplied out: u_M = A' theta_M - B.
 */
import { gaussian } from './gaussian.ts'
import { sigmoid } from './logistic.ts'
import { descend, type EmbeddedRow, type EmbeddedRows } from './noisy-descent.ts'
import type { Rng } from './rng.ts'

/** Abilities told apart. */
const ABILITIES = 4

/** Models x (rank + 1), row-major, the constant's part last: the log-odds are u_M . (e_q, 1). */
export function fitItemResponse(data: EmbeddedRows, rows: readonly number[], rng: Rng): Float32Array {
  const { models, rank } = data
  const width = rank + 1
  const parameters = Float64Array.from({ length: ABILITIES * (models + width) + width }, (_, i) =>
    i < ABILITIES * (models + width)
      ? gaussian(rng) / Math.sqrt(i < ABILITIES * models ? ABILITIES : width)
      : 0,
  )
  const weights = partsOf(parameters, models, width)
  descend(data, rows, {
    parameters,
    addGradient: (row, into) => addResponseGradient(weights, row, partsOf(into, models, width)),
    rng,
  })
  return multiplyOut(weights, models, width)
}

export interface ResponseWeights {
  /** Models x ABILITIES. */
  readonly abilities: Float64Array
  /** ABILITIES x width. */
  readonly asked: Float64Array
  readonly difficulty: Float64Array
}

function partsOf(all: Float64Array, models: number, width: number): ResponseWeights {
  const end = ABILITIES * models
  return {
    abilities: all.subarray(0, end),
    asked: all.subarray(end, end + ABILITIES * width),
    difficulty: all.subarray(end + ABILITIES * width),
  }
}

/** Adds the gradient of the row's mean cross-entropy. */
export function addResponseGradient(
  { abilities, asked, difficulty }: ResponseWeights,
  { embedding, qualities }: EmbeddedRow,
  into: ResponseWeights,
): void {
  const width = embedding.length
  const dimensions = asked.length / width
  const models = abilities.length / dimensions
  const wanted = new Float64Array(dimensions)
  let hard = 0
  for (let i = 0; i < width; i++) {
    hard += difficulty[i]! * embedding[i]!
    for (let k = 0; k < dimensions; k++) wanted[k]! += asked[k * width + i]! * embedding[i]!
  }
  const slopes = new Float64Array(dimensions)
  let total = 0
  for (let j = 0; j < models; j++) {
    let odds = -hard
    for (let k = 0; k < dimensions; k++) odds += abilities[j * dimensions + k]! * wanted[k]!
    const error = (sigmoid(odds) - qualities[j]!) / models
    total += error
    for (let k = 0; k < dimensions; k++) {
      into.abilities[j * dimensions + k]! += error * wanted[k]!
      slopes[k]! += error * abilities[j * dimensions + k]!
    }
  }
  for (let i = 0; i < width; i++) {
    into.difficulty[i]! -= total * embedding[i]!
    for (let k = 0; k < dimensions; k++) into.asked[k * width + i]! += slopes[k]! * embedding[i]!
  }
}

function multiplyOut(
  { abilities, asked, difficulty }: ResponseWeights,
  models: number,
  width: number,
): Float32Array {
  return Float32Array.from({ length: models * width }, (_, at) => {
    const [j, i] = [Math.floor(at / width), at % width]
    let sum = -difficulty[i]!
    for (let k = 0; k < ABILITIES; k++) sum += abilities[j * ABILITIES + k]! * asked[k * width + i]!
    return sum
  })
}
