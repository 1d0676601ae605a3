/**
 * Inference efficiency score (IES): quality and speed bought per unit of cost.
 *
 *   IES = (a * quality + (1 - a) * responsiveness) / cost
 *
 * Source: survey arXiv:2506.06579, which names neither a nor how the three are normalised (papers.md C.4). Ours, returned with every score:
 * quality is the mean score; responsiveness is the faster model's mean latency over the system's; cost is the system's mean cost over the
 * large model's, so all large has cost 1. Latency is in the responsiveness alone, not counted again as a cost. Trap: the ratio grows
 * without bound as cost falls, so a nearly free bad model wins; read it beside quality, never select by it alone.
 */
import { defined, notDefined, type MetricValue } from './metric-value.ts'

/** Even weights: the survey gives no value, and nothing in recorded outcomes can choose one. */
export const DEFAULT_QUALITY_WEIGHT: number = 0.5

export const EFFICIENCY_NORMALISATION: string =
  "quality: mean score; responsiveness: mean latency of the faster model / the system's; cost: mean USD / that of all large"

/** Means over the same queries. A cascade's cost and latency are totals over the calls it made. */
export interface EfficiencyInput {
  /** Range [0, 1]. */
  readonly quality: number
  readonly latencyMs: number
  readonly costUsd: number
}

export interface EfficiencyReference {
  /** Mean latency of the faster of the two models. */
  readonly fastestMs: number
  /** Mean cost when everything goes to the large model. */
  readonly allLargeUsd: number
}

export type InferenceEfficiencyScore = MetricValue & {
  /** Weight of quality. Range [0, 1]. */
  readonly a: number
  readonly normalisation: string
}

/** At least 0, higher is better. Undefined when nothing was paid or no time passed. Throws RangeError for a outside [0, 1]. */
export function inferenceEfficiencyScore(
  { quality, latencyMs, costUsd }: EfficiencyInput,
  { fastestMs, allLargeUsd }: EfficiencyReference,
  a: number = DEFAULT_QUALITY_WEIGHT,
): InferenceEfficiencyScore {
  if (!(a >= 0 && a <= 1)) throw new RangeError(`a must be in [0, 1], got ${a}`)
  const stated = { a, normalisation: EFFICIENCY_NORMALISATION }
  if (!(costUsd > 0 && allLargeUsd > 0)) return { ...stated, ...notDefined('the calls cost nothing') }
  if (!(latencyMs > 0)) return { ...stated, ...notDefined('the calls took no time') }
  const responsiveness = fastestMs / latencyMs
  return { ...stated, ...defined((a * quality + (1 - a) * responsiveness) / (costUsd / allLargeUsd)) }
}
