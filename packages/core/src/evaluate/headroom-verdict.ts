/**
 * Verdict on routing between two models: one word from the numbers of a headroom report, by rules that are written down here and nowhere else.
 *
 *   1  p(anything) <= delta, and the gain may reach LEAST_GAIN     worth it: `task-table` when the category's table takes it all, else `route`
 *   2  small is no more than MARGIN worse, with confidence 1 - delta   `pin-small`
 *   3  something is predictable, but surely less than LEAST_GAIN;
 *      or the oracle itself gains less than CHANCE;
 *      or the test would have found a CHANCE in LEAST_POWER of cases   `pin-large`
 *   4  else                                                           `collect-more`
 *
 * Rule 1 claims "worth it" falsely with probability at most delta when text and category carry nothing about the gap, since the test is exact.
 * Where the small model surely is good enough and the estimated gain is below LEAST_GAIN, rule 2 goes first: one model is simpler than two.
 */
import { normalQuantile } from '../math/normal.ts'
import type { HeadroomNumbers, HeadroomVerdict } from './headroom-report.ts'

/** How much worse the small model may be and still count as equally good: 1 point of quality. */
export const MARGIN = 0.01
/** A gain below this is not worth a router: 1 point of quality at equal cost. */
export const LEAST_GAIN = 0.01
/** A chance that must not be missed: 3 points above the random mix at the best share. */
export const CHANCE = 0.03
/** Power at which silence counts as an answer. */
export const LEAST_POWER = 0.9
/** Rows asked for when there are too few to estimate a need from. */
export const ROWS_TO_BEGIN_WITH = 1000

export function selectVerdict(numbers: HeadroomNumbers): HeadroomVerdict {
  const { tests, probe, delta, nonInferiority } = numbers
  const isInformed = tests.anything !== null && tests.anything.pValue <= delta
  const smallWillDo = nonInferiority.lowerBound !== null && nonInferiority.lowerBound > -MARGIN
  const gain = probe?.best ?? 0
  if (isInformed && upperEnd(numbers, 'probe.best') >= LEAST_GAIN && !(smallWillDo && gain < LEAST_GAIN)) {
    return judgeWorth(numbers)
  }
  if (smallWillDo) return { name: 'pin-small', because: `the small model is at most ${points(MARGIN)} worse` }
  if (isInformed)
    return {
      name: 'pin-large',
      because: `something is predictable, but it is worth less than ${points(LEAST_GAIN)}`,
    }
  return judgeSilence(numbers)
}

function judgeWorth(numbers: HeadroomNumbers): HeadroomVerdict {
  const { tests, delta } = numbers
  if (!tableTakesAll(numbers)) {
    return { name: 'route', because: 'what can be read before the answer predicts the gap' }
  }
  const added =
    tests.beyondTable !== null && tests.beyondTable.pValue <= delta
      ? `surely adds less than ${points(LEAST_GAIN)}`
      : 'adds nothing that shows'
  return { name: 'task-table', because: `the category predicts the gap and the text ${added}` }
}

function judgeSilence(numbers: HeadroomNumbers): HeadroomVerdict {
  const { tests, rows, reasons } = numbers
  if (rows >= numbers.leastRows && upperEnd(numbers, 'oracle.best') < CHANCE) {
    return {
      name: 'pin-large',
      because: `even a perfect router gains less than ${points(CHANCE)} over a random mix`,
    }
  }
  if (tests.anything === null) {
    return {
      name: 'collect-more',
      because: reasons['tests.anything'] ?? 'nothing to predict from',
      rowsNeeded: Math.max(ROWS_TO_BEGIN_WITH, rows),
    }
  }
  if (tests.anything.power >= LEAST_POWER) {
    return {
      name: 'pin-large',
      because: `nothing predicts the gap, and a chance of ${points(CHANCE)} would have shown`,
    }
  }
  const rowsNeeded = roundUp(rows * Math.max(1, tests.anything.growth))
  return {
    name: 'collect-more',
    because: `too few rows to tell a chance of ${points(CHANCE)} from luck`,
    rowsNeeded,
  }
}

function tableTakesAll({ tests, table, delta, ...numbers }: HeadroomNumbers): boolean {
  if (table === null || tests.anything === null || tests.beyondTable === null) return false
  const tableSees = (tests.anything.viewPValues['category'] ?? 1) <= delta
  const textAdds = tests.beyondTable.pValue <= delta && upperEnd(numbers, 'beyondTable.best') >= LEAST_GAIN
  return tableSees && !textAdds
}

function upperEnd({ intervals }: Pick<HeadroomNumbers, 'intervals'>, name: string): number {
  return intervals[name]?.[1] ?? Number.POSITIVE_INFINITY
}

/** 0.01 -> 1 point of quality */
function points(quality: number): string {
  const value = Number((100 * quality).toFixed(2))
  return `${value} ${value === 1 ? 'point' : 'points'} of quality`
}

/** Two digits are as much as such a forecast knows. */
function roundUp(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1)
  return Math.ceil(rows / unit) * unit
}

/**
 * Lower confidence bound of the mean gap, by the normal with two rows added to the variance, one won and one lost outright: rows that all
 * agree would otherwise prove anything (Agresti and Coull 1998 add pseudo-rows in the same spirit). Null without rows.
 */
export function lowerBoundOfMean(gaps: ArrayLike<number>, delta: number): number | null {
  const n = gaps.length
  if (n === 0) return null
  let sum = 0
  let squares = 2
  for (let i = 0; i < n; i++) sum += gaps[i] ?? 0
  for (let i = 0; i < n; i++) squares += ((gaps[i] ?? 0) - sum / n) ** 2
  return sum / n - normalQuantile(1 - delta) * (Math.sqrt(squares) / n)
}
