/**
 * What `weir evaluate` measured, with where it came from: the object that --json prints, that the terminal shows and the page draws.
 */
import type { Artifact, Report } from '@weir/core'

export interface Provenance {
  /** SHA-256 of the rows read, hex. */
  readonly dataHash: string
  /** Files as named on the command line. */
  readonly files: readonly string[]
  readonly rowsWithoutPair: number
  readonly rowsWithoutText: number
  readonly skipped: number
  /** What was measured. */
  readonly policy: 'route' | 'cascade'
  readonly artifact: {
    /** Path as named on the command line. */
    readonly file: string
    readonly method: Artifact['method']
    /** Quality measure of the training rows. */
    readonly metric: string
    readonly dataHash: string
    readonly rows: number
    readonly seed: number
    readonly libraryVersion: string
  }
  /** What a reader should know before trusting the numbers. */
  readonly warnings: readonly string[]
}

export type Evaluation = Report & Provenance

/** What a report is about, in a word. */
export function subjectOf({ policy }: Pick<Evaluation, 'policy'>): 'router' | 'cascade' {
  return policy === 'cascade' ? 'cascade' : 'router'
}

/** Facts of an artifact that a report repeats. */
export function describeArtifact(file: string, artifact: Artifact): Provenance['artifact'] {
  const { method, metric, training } = artifact
  const { dataHash, rows, seed, libraryVersion } = training
  return { file, method, metric, dataHash, rows, seed, libraryVersion }
}

/** Rows that a percentage point rests on: below this an interval is wider than what most decisions hang on. */
const FEW_ROWS = 300

export interface CheckedData {
  /** SHA-256 of the evaluated rows, hex. */
  readonly dataHash: string
  readonly artifact: Pick<Artifact, 'training' | 'calibration'>
}

export function collectWarnings(report: Report, data: CheckedData): readonly string[] {
  const warnings = [...warnOfRows(report.rows, data)]
  if (report.large.quality <= report.small.quality) {
    warnings.push(`${report.large.model} is not better than ${report.small.model} here: pin the small model.`)
  }
  if (report.estimatorFailures > 0) warnings.push(`The estimator failed on ${report.estimatorFailures} rows.`)
  return warnings
}

/** What holds of any report: rows that were seen before, and too few of them. */
export function warnOfRows(
  rows: number,
  { dataHash, artifact: { training, calibration } }: CheckedData,
): readonly string[] {
  const warnings: string[] = []
  if (dataHash === training.dataHash) {
    warnings.push('These are the very rows the artifact was trained on: the numbers flatter it.')
  } else if (dataHash === calibration.dataHash) {
    warnings.push(
      'These are the very rows its levels were proven on: what the levels deliver is no test of them.',
    )
  }
  if (rows < FEW_ROWS) warnings.push(`Only ${rows} rows: read the intervals, not the numbers.`)
  return warnings
}
