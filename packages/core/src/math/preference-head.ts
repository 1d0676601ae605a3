/**
 * Linear head of preferences: a strength of every model, linear in the query's embedding, fitted on all battles of each row by one of the losses of
 * preference-losses.ts. Two answers below BAD are both bad; other equal ones tie.
 */
import { descend, type EmbeddedRow, type EmbeddedRows } from './noisy-descent.ts'
import type { PreferenceLoss, Verdict } from './preference-losses.ts'
import type { Rng } from './rng.ts'

/** An answer of less quality is of no use. */
const BAD = 0.5

export interface PreferenceHead {
  /** Models x (rank + 1), row-major, the constant's part last. */
  readonly vectors: Float32Array
  /** How wide ties are. */
  readonly eta: number
}

export function fitPreferenceHead(
  data: EmbeddedRows,
  rows: readonly number[],
  { loss, rng }: { readonly loss: PreferenceLoss; readonly rng: Rng },
): PreferenceHead {
  const parameters = new Float64Array(data.models * (data.rank + 1) + 1)
  const eta = parameters.length - 1
  parameters[eta] = 0.1
  descend(data, rows, {
    parameters,
    addGradient: (row, into) => addHeadGradient({ parameters, loss }, row, into),
    rng,
  })
  return { vectors: Float32Array.from(parameters.subarray(0, eta)), eta: parameters[eta] }
}

export function verdictOf(quality: number, other: number): Verdict {
  if (quality > other) return 'first'
  if (quality < other) return 'second'
  return quality < BAD ? 'bothBad' : 'tie'
}

interface Head {
  /** The vectors, then eta. */
  readonly parameters: Float64Array
  readonly loss: PreferenceLoss
}

function addHeadGradient(
  { parameters, loss }: Head,
  { embedding, qualities }: EmbeddedRow,
  into: Float64Array,
): void {
  const width = embedding.length
  const models = qualities.length
  const strengths = new Float64Array(models)
  for (let j = 0; j < models; j++) {
    for (let i = 0; i < width; i++) strengths[j]! += parameters[j * width + i]! * embedding[i]!
  }
  const slopes = new Float64Array(models)
  const eta = parameters.at(-1)!
  for (let i = 0; i < models; i++) {
    for (let j = i + 1; j < models; j++) {
      const battle = { first: strengths[i]!, second: strengths[j]!, eta }
      const slope = loss(battle, verdictOf(qualities[i]!, qualities[j]!))
      slopes[i]! += slope.first / (models - 1)
      slopes[j]! += slope.second / (models - 1)
      into[into.length - 1]! += slope.eta / (models - 1)
    }
  }
  for (let j = 0; j < models; j++) {
    for (let i = 0; i < width; i++) into[j * width + i]! += slopes[j]! * embedding[i]!
  }
}
