/**
 * Tiers: sorted numbers cut into groups of neighbours, so that the variances inside the groups sum to the least.
 *
 *   best(n, t) = min over m < n of  best(m, t - 1) + variance(values m … n - 1)          best(n, 1) = variance(values 0 … n - 1)
 *
 * By dynamic programming, O(n^2 tiers). Source: RouteLLM, arXiv:2406.18665, and its public code, which groups models by rating this way.
 */

/** Tier of each value, 0 for the largest ones. Fewer values than tiers: each has its own. */
export function splitIntoTiers(values: readonly number[], tiers: number): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[b]! - values[a]!)
  const sorted = order.map((i) => values[i]!)
  const n = sorted.length
  const count = Math.min(tiers, n)
  const best: Float64Array[] = []
  const cuts: Int32Array[] = []
  for (let t = 0; t < count; t++) {
    const [costs, from] = [new Float64Array(n + 1).fill(Infinity), new Int32Array(n + 1)]
    for (let end = t + 1; end <= n; end++) {
      for (let start = t === 0 ? end - 1 : t; start < end; start++) {
        const first = t === 0 ? 0 : start
        const cost = (t === 0 ? 0 : best[t - 1]![first]!) + variance(sorted.slice(first, end))
        if (cost < costs[end]!) [costs[end], from[end]] = [cost, first]
      }
    }
    best.push(costs)
    cuts.push(from)
  }
  const tierOf = sorted.map(() => 0)
  for (let t = count - 1, end = n; t >= 0; t--) {
    const start = cuts[t]![end]!
    for (let i = start; i < end; i++) tierOf[order[i]!] = t
    end = start
  }
  return tierOf
}

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
