/**
 * Call-performance threshold CPT(x): the least share of large calls c that recovers a part x of the gap between the models.
 *
 *   CPT(x) = min { c : PGR(c) >= x }
 *
 * Source: RouteLLM, arXiv:2406.18665 section 3. Taken over the points of the curve, with no interpolation between them: a share between two
 * distinct scores is one that no threshold delivers. Being a minimum it is the first crossing of the running maximum.
 */
import { performanceGapRecovered } from './performance-gap-recovered.ts'
import type { QualityCurve } from '../math/quality-curve.ts'

const EPSILON = 1e-12

/** Range [0, 1]; lower is better. Undefined without a gap; for x > 1 also when no point reaches it. */
export function callPerformanceThreshold(
  { costAdvantage, quality }: QualityCurve,
  x: number,
): number | undefined {
  const pair = { large: quality[0] ?? 0, small: quality.at(-1) ?? 0 }
  for (let i = quality.length - 1; i >= 0; i--) {
    const recovered = performanceGapRecovered(quality[i] ?? 0, pair)
    if (recovered !== undefined && recovered >= x - EPSILON) return 1 - (costAdvantage[i] ?? 0)
  }
  return undefined
}
