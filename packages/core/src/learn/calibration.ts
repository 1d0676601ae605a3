/**
 * Calibration rows -> quality levels in both modes. The rows' scores come from a router that has not seen the rows: cross-fitted ones
 * during training, the finished router's on held-out rows (`weir calibrate`).
 */
import type { Calibration } from '../contract/artifact.ts'
import { createQualityCurve, type Trials } from '../math/quality-curve.ts'
import { poolCurves, type CurvePrior } from './pool-curves.ts'
import { selectPromises } from './select-promise.ts'
import { selectThresholds } from './select-threshold.ts'

/** Quality levels of an artifact: 0.5 to 0.8 by 0.015, where few ask, then to 1 by 0.0025. Who asks for less gets the first. */
export const LEVELS: readonly number[] = [
  ...Array.from({ length: 20 }, (_, i) => (500 + 15 * i) / 1000),
  ...Array.from({ length: 81 }, (_, i) => (8000 + 25 * i) / 10_000),
]

/** Score of a query that goes to the large model whatever the level: it could not be scored, or is unlike the training rows. Below any probability. */
export const ALWAYS_LARGE = -1

/** Chance that the promise of a level is broken: one in twenty, the usual level of a test. */
export const DEFAULT_DELTA = 0.05

export interface CalibrationOptions extends Pick<Calibration, 'dataHash' | 'date' | 'seed' | 'delta'> {
  /** Its thresholds are the sequence that a promise walks. */
  readonly prior: CurvePrior
  readonly source: Calibration['source']
  /** Whether the prior speaks of the same pair of models, so that estimates may lean on its curve. Default true. */
  readonly isSamePair?: boolean
}

/** Needs at least one row. Throws RangeError for a `delta` outside (0, 1). */
export function createCalibration(trials: Trials, options: CalibrationOptions): Calibration {
  const { source, prior, isSamePair = true, dataHash, date, seed, delta } = options
  if (!(delta > 0 && delta < 1)) throw new RangeError(`delta must be in (0, 1), got ${delta}`)
  const isHeldOut = source === 'held-out'
  return {
    source,
    guarantee: isHeldOut ? 'finite-sample' : 'asymptotic',
    rows: trials.scores.length,
    dataHash,
    date,
    seed,
    delta,
    meanQuality: { small: mean(trials.small), large: mean(trials.large) },
    levels: {
      promise: selectPromises(trials, { levels: LEVELS, delta, prior, seed }),
      estimate: selectThresholds(
        isHeldOut && isSamePair ? poolCurves(trials, prior) : createQualityCurve(trials),
        LEVELS,
      ),
    },
  }
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / values.length
}
