/**
 * Quality curve of fresh rows, steadied by the training curve: few fresh rows alone miss an asked level by one to two points, the training
 * rows' cross-fitted curve is many rows more, and it is wrong where traffic has changed. How much it counts is read from the rows:
 *
 *   loss(t) = (n freshLoss(t) + m trainingLoss(t)) / (n + m),   loss = quality(all large) - quality(routed at threshold t)
 *   m       = v / (v / N + shift^2),   shift^2 = max(0, (freshGap - trainingGap)^2 - 2 (v / n + v / N))
 *
 * n fresh rows, N training rows, v the variance of the quality gap of a row: m is N while the mean gaps differ by less than 1.4
 * standard errors, and falls to nothing as they part (the moment estimate of a between-group variance, DerSimonian and Laird 1986, with chance
 * taken off twice: once leaves a third of the unchanged cases half-trusted).
 * For estimates only: a promise is proven on the fresh rows alone.
 */
import type { TrainingCurve } from '../contract/artifact.ts'
import { createQualityCurve, type QualityCurve, type Trials } from '../math/quality-curve.ts'

export interface CurvePrior {
  readonly curve: TrainingCurve
  readonly rows: number
  readonly meanQuality: { readonly small: number; readonly large: number }
}

/** The curve at the training curve's thresholds, all large first. Cost advantage is the fresh rows'. */
export function poolCurves(trials: Trials, prior: CurvePrior): QualityCurve {
  const fresh = createQualityCurve(trials)
  const n = trials.scores.length
  const weight = priorWeight(fresh, n, prior)
  const pool = (own: number, trained: number): number => (n * own + weight * trained) / (n + weight)
  const large = fresh.quality[0] ?? 0
  const allLarge = pool(large, prior.meanQuality.large)
  const points = readAt(fresh, prior.curve.thresholds)
  return {
    thresholds: Float64Array.of(Number.POSITIVE_INFINITY, ...prior.curve.thresholds),
    costAdvantage: Float64Array.of(0, ...points.map((i) => fresh.costAdvantage[i] ?? 0)),
    quality: Float64Array.of(
      allLarge,
      ...points.map((i, j) => {
        const trained = prior.meanQuality.large - (prior.curve.quality[j] ?? 0)
        return allLarge - pool(large - (fresh.quality[i] ?? 0), trained)
      }),
    ),
  }
}

/** m of the file header, in rows. */
function priorWeight({ quality }: QualityCurve, n: number, { curve, rows, meanQuality }: CurvePrior): number {
  const variance = Math.max(curve.gapVariance, 1e-9)
  const freshGap = (quality.at(-1) ?? 0) - (quality[0] ?? 0)
  const chance = variance / n + variance / rows
  const shift = Math.max(0, (freshGap - (meanQuality.small - meanQuality.large)) ** 2 - 2 * chance)
  return variance / (variance / rows + shift)
}

/** For each threshold, descending, the last point of the curve whose threshold is not below it. */
function readAt({ thresholds }: QualityCurve, at: readonly number[]): number[] {
  let point = 0
  return at.map((threshold) => {
    while (point + 1 < thresholds.length && (thresholds[point + 1] ?? 0) >= threshold) point += 1
    return point
  })
}
