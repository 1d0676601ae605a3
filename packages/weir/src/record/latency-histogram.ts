/**
 * Latency histogram with fixed buckets: what percentiles are read from when the rows themselves are gone.
 *
 *   bucket 0 holds (0, 1] ms, bucket i holds (2^((i-1)/2), 2^(i/2)] ms, the last one everything above 2^19 ms (8.7 minutes)
 *
 * Buckets never change: histograms of two hours, models or machines add up. A percentile is the geometric middle of its bucket, so it
 * is off by a factor of 2^(1/4) = 1.19 at most.
 */

/** 40: two per octave from 1 ms to 2^19 ms, and one above. */
export const LATENCY_BUCKETS = 40

/** Position of a latency. What is no number counts as 0. */
export function bucketOf(latencyMs: number): number {
  if (!(latencyMs > 1)) return 0
  return Math.min(LATENCY_BUCKETS - 1, Math.ceil(2 * Math.log2(latencyMs)))
}

/** Latency, ms, that `share` of the counted calls did not exceed; undefined when nothing was counted. */
export function quantileOf(counts: readonly number[], share: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const wanted = Math.max(1, Math.ceil(share * total))
  let seen = 0
  const bucket = counts.findIndex((count) => (seen += count) >= wanted)
  return middleOf(bucket)
}

function middleOf(bucket: number): number {
  return Math.round(2 ** (bucket / 2 - 0.25) * 100) / 100
}
