/**
 * What `weir compare` prints on a terminal.
 */
import { describePlan, type ComparisonResult } from './compare-result.ts'
import { renderFinding } from './compare-finding.ts'
import { listFurtherMetrics, listSystems, listTests, type Table } from './compare-tables.ts'
import { count, counted } from './format.ts'
import { dropEmptyColumns, renderTable, type Column } from './table.ts'

export function renderComparison(result: ComparisonResult): string {
  const parts = [
    renderSubject(result),
    renderFinding(result),
    toText(listSystems(result)),
    toText(listFurtherMetrics(result)),
    ...(result.tests.length === 0 ? [] : [toText(listTests(result))]),
    renderNotes(result),
  ]
  return `${parts.join('\n\n')}\n`
}

function renderSubject(result: ComparisonResult): string {
  const { pair, rows, rowsRead, questions, splits, dataHash } = result
  const mean = (read: (split: (typeof splits)[number]) => number): string =>
    count(splits.reduce((sum, split) => sum + read(split), 0) / splits.length)
  const left =
    rowsRead > rows ? `, ${counted(rowsRead - rows, 'row')} without text or a score of both left out` : ''
  return (
    `${pair.small} or ${pair.large}: ${counted(rows, 'row')}, ${counted(questions, 'question')}, data ${dataHash.slice(0, 12)}${left}\n` +
    `${describePlan(result)}; ${mean(({ trainingRows }) => trainingRows)} training rows and ` +
    `${mean(({ testedRows }) => testedRows)} tested rows a split`
  )
}

const LEFT = new Set(['system', 'method', 'against', 'verdict'])

function toText({ titles, rows }: Table): string {
  const columns = titles.map((title): Column =>
    LEFT.has(title) || title.startsWith('against ') ? { title, align: 'left' } : { title },
  )
  return renderTable(...dropEmptyColumns(columns, rows))
}

function renderNotes({
  warnings,
  undefinedBecause,
  resamples,
  resamplingSeed,
  significance,
  tests,
}: ComparisonResult): string {
  const missing = Object.entries(undefinedBecause).map(
    ([name, because]) => `not defined: ${name}: ${because}`,
  )
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...missing,
    `note: means over the splits; intervals and p-values by drawing questions ${count(resamples)} times (seed ${resamplingSeed}), the same for all ` +
      `splits and systems; verdicts at ${significance} after Holm's correction over ${counted(tests.length, 'difference')} of APGR; sd: over splits; ahead: on how many splits`,
  ].join('\n')
}
