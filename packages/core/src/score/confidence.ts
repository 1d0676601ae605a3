/**
 * Calibration of one confidence: from a signal to the probability that the answer is good enough.
 *
 *   platt      sigmoid(slope x + intercept),  x = the signal, transformed (tail-log.ts) and held inside its range
 *   isotonic   a rising line through knots; flat outside them
 *
 * Sources: HCMA, arXiv:2410.02173 (tail-log, then logistic regression on 50 to 100 labels); Platt 1999; Zadrozny and Elkan, KDD 2002.
 * Fitting is learn/fit-confidence.ts. Both kinds never turn the order of a signal around, and neither believes anything far beyond what it saw:
 * a p of exactly 1 counts as half as doubtful as the least doubtful answer of the training rows.
 */
import type { SignalName } from '../contract/score.ts'
import { sigmoid } from '../math/logistic.ts'
import { transformSignal, type ConfidenceTransform } from './tail-log.ts'

interface CalibrationBase {
  readonly signal: SignalName
  /** Labelled answers it was fitted on. At least 50. Always shown beside a calibrated number. */
  readonly labels: number
}

export interface PlattCalibration extends CalibrationBase {
  readonly kind: 'platt'
  readonly transform: ConfidenceTransform
  /** Above 0. */
  readonly slope: number
  readonly intercept: number
  /** What x is held inside: the least and the greatest finite x of the training rows, widened by ln 2 under a tail-log. */
  readonly range: readonly [least: number, greatest: number]
}

export interface IsotonicCalibration extends CalibrationBase {
  readonly kind: 'isotonic'
  /** By strictly rising signal value; probabilities do not fall. At least one. */
  readonly knots: readonly (readonly [value: number, probability: number])[]
}

/** Plain data: stored in artifacts as it stands. */
export type ConfidenceCalibration = PlattCalibration | IsotonicCalibration

/** P(good enough) in [0, 1]; NaN only for a signal of NaN. */
export function calibrateConfidence(calibration: ConfidenceCalibration, value: number): number {
  if (calibration.kind === 'isotonic') return interpolate(calibration.knots, value)
  const { signal, transform, slope, intercept, range } = calibration
  const x = transformSignal(value, signal, transform)
  return sigmoid(slope * Math.min(range[1], Math.max(range[0], x)) + intercept)
}

function interpolate(knots: IsotonicCalibration['knots'], value: number): number {
  const after = knots.findIndex(([x]) => x >= value)
  const [x1, p1] = knots.at(after) ?? NO_KNOT
  // Past the last knot findIndex gives -1, which `at` reads as the last.
  if (after <= 0) return Number.isNaN(value) ? value : p1
  const [x0, p0] = knots[after - 1] ?? NO_KNOT
  // The fraction first: it is exactly 1 at the upper knot, however close the two are.
  return p0 + (p1 - p0) * ((value - x0) / (x1 - x0))
}

const NO_KNOT: readonly [number, number] = [0, Number.NaN]
