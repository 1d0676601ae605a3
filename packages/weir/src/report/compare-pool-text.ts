/**
 * What `weir compare --models` prints on a terminal.
 */
import type { Table } from './compare-tables.ts'
import { count, counted } from './format.ts'
import { renderPoolFinding } from './pool-finding.ts'
import { describePoolPlan, showCost, type PoolResult } from './pool-result.ts'
import {
  listLabelShares,
  listPoolMetrics,
  listPoolModels,
  listPoolService,
  listPoolSystems,
  listPoolTests,
  listStability,
} from './pool-tables.ts'
import { dropEmptyColumns, renderTable, type Column } from './table.ts'

export function renderPool(result: PoolResult): string {
  const tables = [
    listPoolModels(result),
    listPoolSystems(result),
    listPoolMetrics(result),
    listPoolService(result),
    listLabelShares(result),
    listStability(result),
    listPoolTests(result),
  ].filter(({ rows }) => rows.length > 0)
  return `${[renderSubject(result), renderPoolFinding(result), ...tables.map(toText), renderNotes(result)].join('\n\n')}\n`
}

function renderSubject(result: PoolResult): string {
  const { models, rows, rowsRead, questions, splits, dataHash } = result
  const mean = (read: (split: (typeof splits)[number]) => number): string =>
    count(splits.reduce((sum, split) => sum + read(split), 0) / splits.length)
  const left =
    rowsRead > rows ? `, ${counted(rowsRead - rows, 'row')} without text or a score of all left out` : ''
  return (
    `${counted(models.length, 'model')}: ${counted(rows, 'row')}, ${counted(questions, 'question')}, data ${dataHash.slice(0, 12)}${left}\n` +
    `${describePoolPlan(result)}; ${mean(({ trainingRows }) => trainingRows)} training rows and ` +
    `${mean(({ testedRows }) => testedRows)} tested rows a split`
  )
}

const LEFT = new Set(['system', 'method', 'model', 'against', 'on', 'verdict'])

function toText({ titles, rows }: Table): string {
  const columns = titles.map((title): Column =>
    LEFT.has(title) || title.startsWith('against ') ? { title, align: 'left' } : { title },
  )
  return renderTable(...dropEmptyColumns(columns, rows))
}

function renderNotes(result: PoolResult): string {
  const { warnings, undefinedBecause, resamples, resamplingSeed, significance, tests, costRange } = result
  return [
    ...warnings.map((warning) => `warning: ${warning}`),
    ...Object.entries(undefinedBecause).map(([name, because]) => `not defined: ${name}: ${because}`),
    `note: quality, hull gain, AIQ, APGR and oracle gap run over mean costs from ${showCost(result, costRange.from)} to ${showCost(result, costRange.to)}, the cheapest and the dearest ` +
      `model alone; means over the splits; intervals and p-values by drawing questions ${count(resamples)} times (seed ${resamplingSeed}); verdicts at ${significance} ` +
      `after Holm's correction over ${counted(tests.length, 'difference')}; sd: over splits; ahead: on how many splits`,
  ].join('\n')
}
