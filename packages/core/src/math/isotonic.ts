/**
 * Isotonic regression: the non-decreasing sequence closest to the values in weighted squares, by pooling adjacent violators.
 *
 * Source: Ayer et al., Annals of Mathematical Statistics 26 (1955); Zadrozny and Elkan, KDD 2002, for calibrating probabilities. O(n).
 */

/** One value per given one. `weights` above 0. */
export function fitIsotonic(values: readonly number[], weights: readonly number[]): number[] {
  const blocks: { mean: number; weight: number; count: number }[] = []
  values.forEach((value, i) => {
    let block = { mean: value, weight: weights[i]!, count: 1 }
    for (let last = blocks.at(-1); last !== undefined && last.mean >= block.mean; last = blocks.at(-1)) {
      const weight = last.weight + block.weight
      const mean = (last.mean * last.weight + block.mean * block.weight) / weight
      block = { mean, weight, count: last.count + block.count }
      blocks.pop()
    }
    blocks.push(block)
  })
  return blocks.flatMap(({ mean, count }) => Array.from({ length: count }, () => mean))
}
