/**
 * What `weir evaluate` prints on a terminal.
 */
import { COMPARISON_COLUMNS, listComparison } from './comparison.ts'
import { noteNormalisation } from './efficiency-rows.ts'
import type { Evaluation } from './evaluation.ts'
import { counted } from './format.ts'
import { renderHeadline } from './headline.ts'
import { listMetrics } from './metric-rows.ts'
import { listNullRouters, NULL_COLUMNS } from './null-routers.ts'
import { describeReliability, listTypes, noteTypes, TYPE_COLUMNS, worstTypes } from './reliability-text.ts'
import { dropEmptyColumns, renderTable } from './table.ts'
import { explainLevels, LEVEL_TITLES, toLevelCells } from './level-cells.ts'

export function renderEvaluation(evaluation: Evaluation): string {
  const parts = [
    renderSubject(evaluation),
    renderHeadline(evaluation),
    renderLevels(evaluation),
    renderMetrics(evaluation),
    renderComparison(evaluation),
    ...renderNulls(evaluation),
    ...renderReliability(evaluation),
    ...renderNotes(evaluation),
  ]
  return `${parts.join('\n\n')}\n`
}

function renderSubject(evaluation: Evaluation): string {
  const { artifact, small, large } = evaluation
  const left = [
    evaluation.rowsWithoutPair > 0
      ? `${counted(evaluation.rowsWithoutPair, 'row')} without scores of both`
      : '',
    evaluation.rowsWithoutText > 0 ? `${counted(evaluation.rowsWithoutText, 'row')} without text` : '',
    evaluation.skipped > 0 ? counted(evaluation.skipped, 'bad row') : '',
  ].filter((text) => text !== '')
  return (
    `${artifact.file} (${artifact.method}, ${counted(artifact.rows, 'training row')}, seed ${artifact.seed}): ` +
    `${small.model} or ${large.model}\n` +
    `measured on ${counted(evaluation.rows, 'row')}, data ${evaluation.dataHash.slice(0, 12)}` +
    (left.length === 0 ? '' : `; left out: ${left.join(', ')}`)
  )
}

function renderLevels({ levels }: Evaluation): string {
  const table = renderTable(
    ...dropEmptyColumns(
      LEVEL_TITLES.map((title) => ({ title })),
      levels.map(toLevelCells),
    ),
  )
  return `${table}\n${explainLevels(levels)}`
}

function renderMetrics(evaluation: Evaluation): string {
  const columns = [
    { title: 'metric', align: 'left' as const },
    { title: 'value' },
    { title: '95% interval' },
    { title: 'meaning', align: 'left' as const },
  ]
  const rows = listMetrics(evaluation).map(({ name, value, interval, meaning }) => [
    name,
    value,
    interval,
    meaning,
  ])
  return [renderTable(columns, rows), ...noteNormalisation(evaluation)].join('\n')
}

function renderComparison(evaluation: Evaluation): string {
  const columns = COMPARISON_COLUMNS.map((title, i) =>
    i === 0 ? { title, align: 'left' as const } : { title },
  )
  return renderTable(...dropEmptyColumns(columns, listComparison(evaluation)))
}

function renderNulls(evaluation: Evaluation): readonly string[] {
  const table = listNullRouters(evaluation)
  if (table === undefined) return []
  const columns = NULL_COLUMNS.map((title, i) => (i === 0 ? { title, align: 'left' as const } : { title }))
  return [`${renderTable(...dropEmptyColumns(columns, table.rows))}\n${table.note}`]
}

/** Task types shown on a terminal; the page and --json have all. */
const SHOWN_TYPES = 8

function renderReliability({ reliability }: Evaluation): readonly string[] {
  if (reliability === null) return []
  const { byTaskType } = reliability
  const shown = worstTypes(byTaskType, SHOWN_TYPES)
  const columns = TYPE_COLUMNS.map((title, i) => (i === 0 ? { title, align: 'left' as const } : { title }))
  const table = shown.length === 0 ? [] : [renderTable(...dropEmptyColumns(columns, listTypes(shown)))]
  const rest =
    byTaskType.length > shown.length
      ? [
          `the ${shown.length} worst of ${byTaskType.length} task types are shown; all are in --json and --html`,
        ]
      : []
  return [[describeReliability(reliability), ...table, ...rest, ...noteTypes(reliability)].join('\n')]
}

function renderNotes({ warnings, undefinedBecause, baselines }: Evaluation): readonly string[] {
  const missing = Object.entries(undefinedBecause)
    .filter(([name]) => !name.endsWith('costUsd') && name !== 'efficiency.inferenceEfficiencyScore')
    .map(([name, because]) => `not defined: ${name}: ${because}`)
  const table =
    baselines.taskTable?.fittedOn === 'evaluated rows, cross-fitted'
      ? [
          "the task-type table is told each row's category and is fitted on these rows (five folds), which favours it",
        ]
      : []
  const notes = [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...missing,
    ...table.map((text) => `note: ${text}`),
  ]
  return notes.length === 0 ? [] : [notes.join('\n')]
}
