/**
 * Brier score: mean squared distance between predicted probability and label.
 *
 *   mean (p - y)^2
 *
 * Lower is better; it rewards honesty and ranking together. Source: Brier 1950, "Verification of forecasts expressed in terms of
 * probability". Labels may be soft, and then the least reachable score is 0 only for predictions equal to the labels.
 */

/** Range [0, 1]. Needs at least one query. */
export function brierScore(probabilities: ArrayLike<number>, labels: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < probabilities.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2
  return sum / probabilities.length
}
