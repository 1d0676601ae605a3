/**
 * Reliability in words and as a table, for the terminal and the page.
 */
import type { Reliability, ReliabilityReport, TaskTypeReliability } from '@weir/core'
import { count, counted, decimal, percent } from './format.ts'

/** Is the error more than luck? An honest forecaster exceeds `high` in 5% of cases. */
export function isMiscalibrated({ expectedCalibrationError, ifCalibrated }: Reliability): boolean {
  return expectedCalibrationError > ifCalibrated.high
}

export function nameType({ category, types }: TaskTypeReliability): string {
  return category ?? `${counted(types, 'small type')} together`
}

/** The overall finding, with what it must be held against. */
export function describeReliability(reliability: ReliabilityReport): string {
  const { expectedCalibrationError, ifCalibrated, bins, predicted, observed } = reliability
  const verdict = isMiscalibrated(reliability)
    ? 'more than luck: the probabilities are off on these rows'
    : 'nothing is shown against the probabilities'
  return (
    `Predicted on average ${percent(predicted)}, observed ${percent(observed)}. Calibration error (ECE, ${counted(bins.length, 'bin')} of equal mass) ` +
    `${decimal(expectedCalibrationError)}; a perfectly calibrated router would show ${decimal(ifCalibrated.mean)} on these rows, and above ` +
    `${decimal(ifCalibrated.high)} in 5% of cases: ${verdict}.`
  )
}

export const TYPE_COLUMNS: readonly string[] = [
  'task type',
  'rows',
  'predicted',
  'observed',
  'ECE',
  'if honest',
  'luck to',
  '',
]

/** Table cells per task type; the last says when the error is more than luck. */
export function listTypes(types: readonly TaskTypeReliability[]): readonly (readonly string[])[] {
  return types.map((type) => [
    nameType(type),
    count(type.rows),
    percent(type.predicted),
    percent(type.observed),
    decimal(type.expectedCalibrationError),
    decimal(type.ifCalibrated.mean),
    decimal(type.ifCalibrated.high),
    isMiscalibrated(type) ? 'off' : '',
  ])
}

/** What the list of types leaves out, and how to read it; one sentence each. */
export function noteTypes({
  byTaskType,
  smallTypes,
  rowsWithoutCategory,
}: ReliabilityReport): readonly string[] {
  const off = byTaskType.filter(isMiscalibrated).length
  const { types, rows, leastRows, shown } = smallTypes
  return [
    ...(byTaskType.length === 0
      ? []
      : [
          `${off} of ${counted(byTaskType.length, 'task type')} off by more than luck: above "luck to", which an honest router exceeds in 5% of cases, so about one type in twenty`,
        ]),
    ...(types === 0
      ? []
      : [
          `${counted(types, 'task type')} with fewer than ${leastRows} rows (${counted(rows, 'row')}) ${shown ? 'taken together' : 'left out'}`,
        ]),
    ...(rowsWithoutCategory === 0
      ? []
      : [`${counted(rowsWithoutCategory, 'row')} without a category count overall only`]),
  ]
}

/** Types most worth a look: the largest error against what an honest router would show. */
export function worstTypes(
  types: readonly TaskTypeReliability[],
  most: number,
): readonly TaskTypeReliability[] {
  return [...types].sort((a, b) => excess(b) - excess(a)).slice(0, most)
}

function excess({ expectedCalibrationError, ifCalibrated }: Reliability): number {
  return expectedCalibrationError - ifCalibrated.high
}
