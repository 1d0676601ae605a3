/**
 * What `weir transfer` prints on a terminal: the answer, what it rests on, and what to do.
 */
import type { Correlation, TransferCheck, TransferReport } from '@weir/core'
import { between, counted, decimal, percent, UNKNOWN } from './format.ts'
import { renderTable } from './table.ts'

export interface Transfer extends TransferReport {
  /** `pair`: another pair of models. `measure`: the same pair under another quality measure. */
  readonly kind: 'pair' | 'measure'
  /** Path as named on the command line; null when gaps alone were compared. */
  readonly artifact: string | null
  readonly from: { readonly small: string; readonly large: string; readonly files: readonly string[] }
  readonly to: { readonly small: string; readonly large: string; readonly files: readonly string[] }
  readonly rowsWithoutPair: number
  readonly rowsWithoutText: number
  /** Rows of --against whose id --data does not have; 0 without --against. */
  readonly rowsUnmatched: number
  readonly skipped: number
  /** SHA-256 of the rows of `to`, hex. */
  readonly dataHash: string
  readonly warnings: readonly string[]
}

export function renderTransfer(transfer: Transfer): string {
  const parts = [
    renderQuestion(transfer),
    `${transfer.verdict}: ${transfer.because}.\n${adviceOn(transfer)}`,
    renderChecks(transfer),
    renderMeasured(transfer),
    ...renderNotes(transfer),
  ]
  return `${parts.join('\n\n')}\n`
}

function renderQuestion({ kind, artifact, from, to, rows, rowsWithBoth, dataHash }: Transfer): string {
  const question =
    kind === 'pair'
      ? `May ${artifact ?? 'the router'}, made for ${from.small} or ${from.large}, be used for ${to.small} or ${to.large}?`
      : `May the measure of ${from.files.join(', ')} stand for that of ${to.files.join(', ')}, for ${to.small} or ${to.large}?`
  return `${question}\nmeasured on ${counted(rows, 'row')}, ${counted(rowsWithBoth, 'row')} with both outcomes, data ${dataHash.slice(0, 12)}`
}

const ADVICE: Readonly<Record<Transfer['kind'], Readonly<Record<Transfer['verdict'], string>>>> = {
  pair: {
    reuse:
      'Scores and thresholds fit the new pair on these rows. A promise does not move with them: prove levels on rows of the new pair.',
    recalibrate:
      'Keep the router, prove its levels on rows of the new pair: weir calibrate --small … --large …',
    retrain: 'Train a router on rows of the new pair.',
  },
  measure: {
    reuse: 'What is learned and calibrated on the first measure fits the second on these rows.',
    recalibrate: 'Train on the first measure, choose thresholds on rows of the second.',
    retrain: 'Train on the second measure.',
  },
}

function adviceOn({ kind, verdict }: Transfer): string {
  const refused =
    kind === 'pair' ? ' weir serve refuses the artifact for another pair, whatever this test says.' : ''
  return ADVICE[kind][verdict] + refused
}

function sayCheck({ name, limit, asked }: TransferCheck): string {
  switch (name) {
    case 'ranking':
      return `scores rank the new outcomes better than chance: APGR above ${limit}`
    case 'pearson':
    case 'spearman':
      return `quality gaps correlate: ${name === 'pearson' ? 'Pearson' : 'Spearman'} at least ${limit}`
    case 'levels':
      return asked === undefined
        ? 'thresholds keep their levels'
        : `thresholds keep their levels: the worst, ${asked}, delivers at least ${percent(limit)}`
  }
}

function renderChecks({ checks }: Transfer): string {
  const rows = checks.map((check) => [
    sayCheck(check),
    check.name === 'levels' ? percent(check.low) : decimal(check.low),
    check.passed === null ? 'not known' : check.passed ? 'yes' : 'no',
  ])
  return renderTable(
    [
      { title: 'condition, on the lower end of a 95% interval', align: 'left' },
      { title: 'lower end' },
      { title: 'holds' },
    ],
    rows,
  )
}

function renderMeasured({ apgr, apgrInterval, pearson, spearman, levels, small, large }: Transfer): string {
  const metrics = renderTable(
    [{ title: 'metric', align: 'left' }, { title: 'value' }, { title: '95% interval' }],
    [
      ['APGR of the scores on the new outcomes', decimal(apgr), between(apgrInterval)],
      correlationCells('Pearson correlation of quality gaps', pearson),
      correlationCells('Spearman correlation of quality gaps', spearman),
      [`quality of ${small.model}`, decimal(small.quality), UNKNOWN],
      [`quality of ${large.model}`, decimal(large.quality), UNKNOWN],
    ],
  )
  if (levels.length === 0) return metrics
  const table = renderTable(
    [{ title: 'level' }, { title: 'delivered' }, { title: '95% interval' }, { title: 'kept small' }],
    levels.map((level) => [
      level.asked.toFixed(2),
      percent(level.delivered),
      between(level.deliveredInterval, percent),
      percent(level.costAdvantage),
    ]),
  )
  return `${metrics}\n\n${table}`
}

function correlationCells(name: string, found: Correlation | null): readonly string[] {
  return [name, decimal(found?.value), between(found?.interval)]
}

function renderNotes({
  warnings,
  undefinedBecause,
  artifact,
  seed,
  resamples,
  ...left
}: Transfer): readonly string[] {
  const counts = [
    left.rowsWithoutPair > 0 ? `${counted(left.rowsWithoutPair, 'row')} without scores of both models` : '',
    left.rowsWithoutText > 0 ? `${counted(left.rowsWithoutText, 'row')} that could not be scored` : '',
    left.rowsUnmatched > 0
      ? `${counted(left.rowsUnmatched, 'row')} whose id the first files do not have`
      : '',
    left.skipped > 0 ? counted(left.skipped, 'bad row') : '',
  ].filter((text) => text !== '')
  const notes = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...Object.entries(undefinedBecause).map(([name, because]) => `not defined: ${name}: ${because}`),
    ...(counts.length === 0 ? [] : [`left out: ${counts.join(', ')}`]),
    ...(artifact === null
      ? [
          'note: without --artifact the scores are the gaps under the first measure: no router trained on it can be expected to rank better',
        ]
      : []),
    `note: intervals by ${counted(resamples, 'resample')} of rows, seed ${seed}; noise in single answers pulls correlations towards 0`,
  ]
  return [notes.join('\n')]
}
