/**
 * Remembers battles for estimate/sw.ts, and groups the models into tiers by their ratings on all of them.
 */
import type { SwParameters } from '../estimate/sw.ts'
import { fitBradleyTerry, preferenceOf } from '../math/bradley-terry.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { splitIntoTiers } from '../math/tiers.ts'
import type { FitPredictorOptions, PoolSet } from './pool-set.ts'

/** A rating is fitted for each query on all that is remembered: more rows are drawn by the seed. */
const MOST_REMEMBERED = 8192
/** As RouteLLM. */
const TIERS = 10

export function fitSw(set: PoolSet, rows: readonly number[], { seed }: FitPredictorOptions): SwParameters {
  const { dense, columns, rank, qualities, models } = set
  const width = models.length
  const kept = shuffle(createRng(seed), rows).slice(0, MOST_REMEMBERED)
  const embeddings = new Float32Array(kept.length * rank)
  const remembered = new Float32Array(kept.length * width)
  kept.forEach((row, i) => {
    embeddings.set(dense.subarray(row * columns, row * columns + rank), i * rank)
    remembered.set(qualities.subarray(row * width, (row + 1) * width), i * width)
  })
  return {
    embeddings: toRowTable(embeddings, rank),
    qualities: remembered,
    tiers: splitIntoTiers([...rate(remembered, width)], TIERS),
  }
}

/** Ratings of the models on all battles alike; half a battle is given to each side of every two. */
function rate(qualities: Float32Array, width: number): Float64Array {
  const wins = new Float64Array(width * width).fill(0.5)
  for (let start = 0; start < qualities.length; start += width) {
    for (let at = 0; at < width * width; at++) {
      const [i, j] = [Math.floor(at / width), at % width]
      wins[at] = (wins[at] ?? 0) + preferenceOf(qualities[start + i] ?? 0, qualities[start + j] ?? 0)
    }
  }
  return fitBradleyTerry(wins, width)
}
