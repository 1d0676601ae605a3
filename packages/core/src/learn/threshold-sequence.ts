/**
 * The training curve at a fixed sequence of thresholds: every half percent of the training queries kept small, by their cross-fitted scores.
 * A promise on fresh rows tests these thresholds, which the fresh rows had no part in; an estimate on few fresh rows leans on the curve.
 */
import type { TrainingCurve } from '../contract/artifact.ts'
import { createQualityCurve, type Trials } from '../math/quality-curve.ts'

/** Steps of the sequence. More than the noise of some thousand rows can tell apart. */
const STEPS = 200

/** Thresholds descend and differ; the last is 0, which keeps everything small but what is marked by a score below 0. */
export function createTrainingCurve(trials: Trials): TrainingCurve {
  const { thresholds, costAdvantage, quality } = createQualityCurve(trials)
  // Scores below 0 mark queries that go to the large model whatever the level.
  const last = thresholds.findLastIndex((threshold) => threshold >= 0)
  const points: number[] = []
  let step = 1
  for (let i = 1; i <= last; i++) {
    if ((costAdvantage[i] ?? 0) < step / STEPS) continue
    points.push(i)
    step = Math.floor((costAdvantage[i] ?? 0) * STEPS + 1e-9) + 1
  }
  if (points.at(-1) !== last) points.push(last)
  return {
    thresholds: points.map((i) => (i === last ? 0 : (thresholds[i] ?? 0))),
    costAdvantage: points.map((i) => costAdvantage[i] ?? 0),
    quality: points.map((i) => quality[i] ?? 0),
    gapVariance: varianceOfGap(trials),
  }
}

function varianceOfGap({ small, large }: Trials): number {
  const gaps = Array.from(small, (quality, i) => quality - (large[i] ?? 0))
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
  return gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
}
