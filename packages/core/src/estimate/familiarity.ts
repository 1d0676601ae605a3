/**
 * Familiarity: is this query anything like the training rows? Two signs, each with a limit that few training rows would have passed:
 *
 *   unknown share   of the distinct n-grams those that training hardly saw, (unknown + PRIOR mean) / (all + PRIOR): other languages, other fields
 *   surface         the surface feature furthest from its training mean, in standard deviations: other lengths, scripts, shapes
 *
 * A query past a limit is *unfamiliar*: its score is an extrapolation. Limits are learned by learn/fit-familiarity.ts at a stated rate of
 * false alarms.
 */
import type { Features } from '../contract/features.ts'
import type { Weighting } from './weighting.ts'

export interface Familiarity {
  /** Mean unknown share of training queries. Range [0, 1]. */
  readonly meanUnknown: number
  /** Unknown share above which a query is unfamiliar; 2 for never. */
  readonly unknownLimit: number
  /** Standard deviations above which it is; null for never. */
  readonly surfaceLimit: number | null
}

/** N-grams that a short text is given for free, so that one odd word in three does not raise an alarm. */
const PRIOR = 20

/** `known`: distinct n-grams of the query that the weighting keeps. */
export function isUnfamiliar(
  { features, known }: { readonly features: Features; readonly known: number },
  weighting: Weighting,
  { meanUnknown, unknownLimit, surfaceLimit }: Familiarity,
): boolean {
  const all = features.indices.length
  if (unknownShare(all - known, all, meanUnknown) > unknownLimit) return true
  return furthestSurface(features.surface, weighting) > (surfaceLimit ?? Number.POSITIVE_INFINITY)
}

/** `mean`: what a text of no words is taken for. */
export function unknownShare(unknown: number, all: number, mean: number): number {
  return (unknown + PRIOR * mean) / (all + PRIOR)
}

/** Standard deviations from the training mean; a feature that never varied in training counts as far when it does. */
export function furthestSurface(
  surface: Float32Array,
  { surfaceMean, surfaceDeviation }: Pick<Weighting, 'surfaceMean' | 'surfaceDeviation'>,
): number {
  let furthest = 0
  for (let j = 0; j < surface.length; j++) {
    const distance = Math.abs((surface[j] ?? 0) - (surfaceMean[j] ?? 0))
    const deviation = surfaceDeviation[j] ?? 0
    furthest = Math.max(furthest, distance / Math.max(deviation, LEAST_DEVIATION))
  }
  return furthest
}

/** Surface features are of the order of 1; below this a feature hardly varied. */
const LEAST_DEVIATION = 0.02
