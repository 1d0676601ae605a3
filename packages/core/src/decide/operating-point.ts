/**
 * Operating point of a quality level: the stored point of the next level at or above the one asked for, so that rounding never
 * lowers the quality. Levels are ascending and their thresholds never fall, hence raising the level never moves a query from
 * large to small.
 */
import type { OperatingPoint } from '../contract/decision.ts'
import { WeirError } from '../contract/errors.ts'

/** Tolerance for decimal fractions such as 0.07 that binary numbers miss. */
const EPSILON = 1e-9

/** `levels` ascending by quality, the last one 1. Throws `artifact.unreadable` when none reaches `quality`. */
export function findOperatingPoint(levels: readonly OperatingPoint[], quality: number): OperatingPoint {
  const point = levels.find((level) => level.quality >= quality - EPSILON)
  if (point === undefined) {
    throw new WeirError(
      'artifact.unreadable',
      `the artifact has no level at or above ${quality}; train it again`,
    )
  }
  return point
}
