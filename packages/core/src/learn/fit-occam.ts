/**
 * Deals training queries into the samples of estimate/occam.ts, in an order drawn by the seed. Nothing is fitted; the rows that do not fill a sample
 * are left out, and more rows than are kept are drawn by the seed, which bounds a decision's cost.
 */
import type { OccamParameters } from '../estimate/occam.ts'
import { createRng, shuffle } from '../math/rng.ts'
import { toRowTable } from '../math/row-table.ts'
import { gatherEmbeddings, meanQualities, type FitPredictorOptions, type PoolSet } from './pool-set.ts'

/** As the paper's code. */
const MOST_SAMPLES = 40
/** In a smaller sample even the nearest is far. */
const ROWS_PER_SAMPLE = 50
const MOST_REMEMBERED = 50_000

export function fitOccam(
  set: PoolSet,
  rows: readonly number[],
  { seed }: FitPredictorOptions,
): OccamParameters {
  const samples = Math.max(1, Math.min(MOST_SAMPLES, Math.floor(rows.length / ROWS_PER_SAMPLE)))
  const size = Math.floor(Math.min(rows.length, MOST_REMEMBERED) / samples)
  const kept = shuffle(createRng(seed), rows).slice(0, samples * size)
  const width = set.models.length
  const qualities = new Float32Array(kept.length * width)
  kept.forEach((row, i) => qualities.set(set.qualities.subarray(row * width, (row + 1) * width), i * width))
  return {
    embeddings: toRowTable(gatherEmbeddings(set, kept), set.rank),
    qualities,
    means: Float32Array.from(meanQualities(set, rows)),
    samples,
  }
}
