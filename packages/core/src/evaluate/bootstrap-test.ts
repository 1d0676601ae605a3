/**
 * Is a difference real? A two-sided test by the bootstrap that also gave its interval: what share of the resampled differences lies on the other
 * side of 0?
 *
 *   p = min(1, 2 (1 + min(#{d* <= 0}, #{d* >= 0})) / (1 + B))          B resampled differences d*
 *
 * p < 0.05 just where the 95% percentile interval leaves 0 out (up to one resample). Source: Efron and Tibshirani, "An Introduction to the
 * Bootstrap", sections 13.3 and 15.4 (a test by turning an interval round); the ones keep p above 0: Davison and Hinkley, "Bootstrap Methods and their
 * Application", section 4.4. Not a permutation of the two systems' scores: those are on scales of their own, and a swap would mix them.
 */

/** Range (0, 1]; the least that B resamples can say is 2 / (1 + B). Undefined without a single difference. */
export function bootstrapPValue(differences: readonly number[]): number | undefined {
  if (differences.length === 0) return undefined
  const notAbove = differences.filter((difference) => difference <= 0).length
  const notBelow = differences.filter((difference) => difference >= 0).length
  return Math.min(1, (2 * (1 + Math.min(notAbove, notBelow))) / (1 + differences.length))
}
