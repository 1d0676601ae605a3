/**
 * The metrics of RouterEval (arXiv:2503.10657; its code, as read in systems.md R10), which asks for quality alone:
 *
 *   mu        mean score of the models chosen
 *   V_R       mu / mean score of a reference model
 *   V_B       mu / mean score of the best single model of the pool
 *   E_p       mean entropy, bits, of the softmax of the router's scores: 0 always sure, log2(models) knows nothing
 *   r_o(p)    a router that asks an oracle with probability p and draws lots else
 */
import { defined, notDefined, type MetricValue } from './metric-value.ts'

/** V_R or V_B: at least 0, higher is better, 1 is as good. Undefined when the reference scores nothing. */
export function relativeQuality(quality: number, reference: number): MetricValue {
  return reference > 0
    ? defined(quality / reference)
    : notDefined('the model to compare with scores nothing on these rows')
}

/** E_p. `scores`: rows x models, row-major, on the scale of logits. Range [0, log2(models)]. Needs a row. */
export function choiceEntropyBits(scores: ArrayLike<number>, models: number): number {
  const rows = scores.length / models
  let bits = 0
  for (let row = 0; row < rows; row++) bits += entropyOfSoftmax(scores, row * models, models)
  return bits / rows
}

function entropyOfSoftmax(scores: ArrayLike<number>, from: number, models: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let j = 0; j < models; j++) highest = Math.max(highest, scores[from + j] ?? 0)
  let total = 0
  let weighted = 0
  for (let j = 0; j < models; j++) {
    const above = (scores[from + j] ?? 0) - highest
    const weight = Math.exp(above)
    total += weight
    weighted += weight * above
  }
  // H = ln(sum e^s) - sum p s, in nats.
  return (Math.log(total) - weighted / total) / Math.LN2
}

/** r_o(p): expected mean score; `qualities`: rows x models, row-major. Needs a row. Throws RangeError for p outside [0, 1]. */
export function oracleMixture(qualities: ArrayLike<number>, models: number, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p must be in [0, 1], got ${p}`)
  const rows = qualities.length / models
  let sum = 0
  for (let row = 0; row < rows; row++) {
    let best = 0
    let total = 0
    for (let j = 0; j < models; j++) {
      const quality = qualities[row * models + j] ?? 0
      best = Math.max(best, quality)
      total += quality
    }
    sum += p * best + ((1 - p) * total) / models
  }
  return sum / rows
}
