/**
 * Learns the limits of estimate/familiarity.ts: each sign may raise at most half of the false alarms.
 *
 *   limit = the ceil((n + 1) (1 - rate / 2))-th smallest value of the training rows
 *
 * A fresh query of the same traffic passes a limit with probability at most rate / 2 (split conformal prediction: Vovk, Gammerman and Shafer
 * 2005), so an unfamiliar one is called so wrongly at most at `rate`. That needs each row's value to be what a fresh query's would be: a
 * row's own n-grams do not count as seen. Below 2 / rate - 1 = 199 rows nothing is flagged.
 */
import type { Features } from '../contract/features.ts'
import { furthestSurface, unknownShare, type Familiarity } from '../estimate/familiarity.ts'
import type { Weighting } from '../estimate/weighting.ts'
import { MIN_ROWS } from './fit-weighting.ts'

/** Share of familiar queries that are called unfamiliar, at most. */
export const FALSE_ALARM_RATE = 0.01

export interface FittedFamiliarity {
  readonly familiarity: Familiarity
  /** Whether each training row would have been flagged, had it been a fresh query. */
  readonly isUnfamiliar: readonly boolean[]
}

export function fitFamiliarity(features: readonly Features[], weighting: Weighting): FittedFamiliarity {
  const unknown = countUnknown(features, weighting.index.length)
  const shares = unknown.map((count, row) => count / Math.max(1, features[row]?.indices.length ?? 0))
  const meanUnknown = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  const smoothed = unknown.map((count, row) =>
    unknownShare(count, features[row]?.indices.length ?? 0, meanUnknown),
  )
  const distances = features.map(({ surface }) => furthestSurface(surface, weighting))
  const unknownLimit = limitOf(smoothed) ?? 2
  const surfaceLimit = limitOf(distances) ?? null
  return {
    familiarity: { meanUnknown, unknownLimit, surfaceLimit },
    isUnfamiliar: features.map(
      (_, row) =>
        (smoothed[row] ?? 0) > unknownLimit ||
        (distances[row] ?? 0) > (surfaceLimit ?? Number.POSITIVE_INFINITY),
    ),
  }
}

/** Distinct n-grams of each row that fewer than MIN_ROWS *other* rows have. */
function countUnknown(features: readonly Features[], buckets: number): number[] {
  const frequency = new Uint32Array(buckets)
  for (const { indices } of features) {
    for (const bucket of indices) frequency[bucket] = (frequency[bucket] ?? 0) + 1
  }
  return features.map(({ indices }) => {
    let unknown = 0
    for (const bucket of indices) if ((frequency[bucket] ?? 0) - 1 < MIN_ROWS) unknown += 1
    return unknown
  })
}

function limitOf(values: readonly number[]): number | undefined {
  const rank = Math.ceil((values.length + 1) * (1 - FALSE_ALARM_RATE / 2))
  return values.toSorted((a, b) => a - b)[rank - 1]
}
