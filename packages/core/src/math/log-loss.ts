/**
 * Log loss (cross-entropy) of predicted probabilities, in nats: the loss that routers are trained with.
 *
 *   mean of -(y log p + (1 - y) log(1 - p))
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 3, equations 1, 2 and 4 (one form, three labels). Labels may be soft. Probabilities are
 * kept 1e-15 away from 0 and 1, so that one certain mistake costs 34.5 and not infinity.
 */

const LEAST_PROBABILITY = 1e-15

/** At least 0, lower is better. Needs at least one query. */
export function logLoss(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < probabilities.length; i++) {
    const p = Math.min(1 - LEAST_PROBABILITY, Math.max(LEAST_PROBABILITY, probabilities[i]!))
    sum -= labels[i]! * Math.log(p) + (1 - labels[i]!) * Math.log1p(-p)
  }
  return sum / probabilities.length
}
