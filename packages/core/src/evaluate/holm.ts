/**
 * Holm's correction for many comparisons: p-values raised so that the chance of even one false finding among all of them stays at the level
 * they are held against, however the comparisons depend on each other.
 *
 *   ascending p_(1) <= ... <= p_(m):   adjusted p_(i) = max over j <= i of min(1, (m - j + 1) p_(j))
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6, 65-70. Never weaker than
 * Bonferroni's m * p, and as free of assumptions.
 */

/** In the order given. Each at least its own p-value, at most 1; the order of the p-values is kept. */
export function adjustHolm(pValues: readonly number[]): readonly number[] {
  const m = pValues.length
  const order = [...pValues.keys()].sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1))
  const adjusted = Array.from({ length: m }, () => 1)
  let largest = 0
  for (const [rank, at] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (m - rank) * (pValues[at] ?? 1)))
    adjusted[at] = largest
  }
  return adjusted
}
