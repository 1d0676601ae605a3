/**
 * Fits the calibration of one confidence (score/confidence.ts) on labelled answers of one model.
 *
 *   platt      logistic regression of the label on the transformed signal (math/platt.ts)
 *   isotonic   least-squares rising fit; answers with equal signals count as one value with their mean label
 *
 * Source: HCMA, arXiv:2410.02173: 50 to 100 labels are enough. Fewer are refused: below that the fit says more about the draw than about the
 * model. A signal of p = 1 (or 0) has no finite transform. The paper gives it the greatest (least) finite one of the rows; here it stands ln 2
 * beyond: as if half as doubtful. Upstreams round, so that p = 1 means "closer to 1 than half of the last digit", and giving it the same x as
 * the answer one digit below throws their order away (measured: docs/methods/signals.md).
 */
import { WeirError } from '../contract/errors.ts'
import { SIGNALS, type SignalName } from '../contract/score.ts'
import { fitIsotonic } from '../math/isotonic.ts'
import { fitPlatt } from '../math/platt.ts'
import type { ConfidenceCalibration, IsotonicCalibration } from '../score/confidence.ts'
import { transformSignal, type ConfidenceTransform } from '../score/tail-log.ts'

/** Labelled answers below which nothing is fitted. */
export const LEAST_LABELS: number = 50

export interface ConfidenceOptions {
  readonly signal: SignalName
  /**
   * Default: one-sided tail-log before Platt, and plain for a signal that is no probability. The paper takes the two-sided one for self-checks;
   * with 50 labels it is no better there, and worse where a few answers lie far out (measured: docs/methods/signals.md).
   */
  readonly transform?: ConfidenceTransform
  /** Default 'platt'. Isotonic needs some 1,000 labels to be worth it. */
  readonly kind?: ConfidenceCalibration['kind']
}

/** One labelled answer. */
export interface LabelledConfidence {
  /** Signal as scorers give it. Finite. */
  readonly value: number
  /** Was it good enough, or its quality. Range [0, 1]. */
  readonly label: number
}

/**
 * Throws `data.too_few` below 50 labels and RangeError for a tail-log of a signal that is no probability. Rows of one class are allowed: the
 * fit is then flat and close to that class.
 */
export function fitConfidence(
  rows: readonly LabelledConfidence[],
  { signal, transform = defaultTransform(signal), kind = 'platt' }: ConfidenceOptions,
): ConfidenceCalibration {
  if (rows.length < LEAST_LABELS) {
    throw new WeirError(
      'data.too_few',
      `${rows.length} labelled answers with signal ${signal}, at least ${LEAST_LABELS} are needed to calibrate it; label more`,
    )
  }
  if (SIGNALS[signal] === 'real' && transform !== 'plain') {
    throw new RangeError(
      `signal ${signal} is no probability, so that ${transform} says nothing about it; use plain`,
    )
  }
  const labels = rows.length
  if (kind === 'isotonic') return { kind, signal, knots: fitKnots(rows), labels }
  const raw = rows.map(({ value }) => transformSignal(value, signal, transform))
  const range = finiteRange(raw, transform === 'plain' ? 0 : Math.LN2)
  const x = raw.map((one) => Math.min(range[1], Math.max(range[0], one)))
  const { slope, intercept } = fitPlatt(
    x,
    rows.map(({ label }) => label),
  )
  return { kind, signal, transform, slope, intercept, range, labels }
}

export function defaultTransform(signal: SignalName): ConfidenceTransform {
  return SIGNALS[signal] === 'real' ? 'plain' : 'tailLog'
}

/** [0, 0] when no value is finite: every answer is then alike. */
function finiteRange(x: readonly number[], beyond: number): readonly [number, number] {
  let [least, greatest] = [Infinity, Number.NEGATIVE_INFINITY]
  for (const one of x.filter(Number.isFinite))
    [least, greatest] = [Math.min(least, one), Math.max(greatest, one)]
  return least > greatest ? [0, 0] : [least - beyond, greatest + beyond]
}

/** Ends of the pooled blocks: between them the line rises, inside a block it is flat. */
function fitKnots(rows: readonly LabelledConfidence[]): IsotonicCalibration['knots'] {
  const byValue = new Map<number, { sum: number; count: number }>()
  for (const { value, label } of rows) {
    const at = byValue.get(value) ?? { sum: 0, count: 0 }
    byValue.set(value, { sum: at.sum + label, count: at.count + 1 })
  }
  const groups = [...byValue].toSorted(([a], [b]) => a - b)
  const fitted = fitIsotonic(
    groups.map(([, { sum, count }]) => sum / count),
    groups.map(([, { count }]) => count),
  )
  return groups.flatMap(([value], i): [number, number][] => {
    const p = fitted[i] ?? 0
    const isInside = fitted[i - 1] === p && fitted[i + 1] === p
    return isInside ? [] : [[value, p]]
  })
}
