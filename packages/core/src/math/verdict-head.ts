/**
 * Verdict head: of every model but the last, by softmax on the query's embedding, whether its answer beats that of the last, ties with it, or loses.
 *
 *   P(class | q) = softmax over classes of  u_class . (e_q, 1)          loss = -ln P(what happened)
 */
import { descend, type EmbeddedRow, type EmbeddedRows } from './noisy-descent.ts'
import type { Rng } from './rng.ts'
import { softmax } from './softmax-regression.ts'

/** Wins, ties, loses. */
export const VERDICTS = 3

/** (Models - 1) x VERDICTS x (rank + 1), row-major, the constant's part last. */
export function fitVerdictHead(data: EmbeddedRows, rows: readonly number[], rng: Rng): Float32Array {
  const parameters = new Float64Array((data.models - 1) * VERDICTS * (data.rank + 1))
  descend(data, rows, {
    parameters,
    addGradient: (row, into) => addVerdictGradient(parameters, row, into),
    rng,
  })
  return Float32Array.from(parameters)
}

function addVerdictGradient(
  parameters: Float64Array,
  { embedding, qualities }: EmbeddedRow,
  into: Float64Array,
): void {
  const width = embedding.length
  const last = qualities[qualities.length - 1]!
  for (let j = 0; j + 1 < qualities.length; j++) {
    const start = j * VERDICTS * width
    const slopes = readVerdicts(parameters.subarray(start, start + VERDICTS * width), embedding)
    slopes[qualities[j]! > last ? 0 : qualities[j]! < last ? 2 : 1]! -= 1
    for (let k = 0; k < VERDICTS; k++) {
      for (let i = 0; i < width; i++) into[start + k * width + i]! += slopes[k]! * embedding[i]!
    }
  }
}

/** Chances of one model: wins, ties, loses. `vectors`: VERDICTS x width; an embedding shorter than that by one stands before a constant 1. */
export function readVerdicts(vectors: ArrayLike<number>, embedding: ArrayLike<number>): Float64Array {
  const width = vectors.length / VERDICTS
  const scores = new Float64Array(VERDICTS)
  for (let k = 0; k < VERDICTS; k++) {
    for (let i = 0; i < width; i++) scores[k]! += vectors[k * width + i]! * (embedding[i] ?? 1)
  }
  softmax(scores)
  return scores
}
