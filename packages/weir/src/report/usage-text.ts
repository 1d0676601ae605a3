/** What `weir usage` prints on a terminal. */
import type { UsageGroup, UsageGroupRow, UsageReport } from '../record/usage-query.ts'
import { count, counted, dollars, percent, UNKNOWN } from './format.ts'
import { renderTable } from './table.ts'

/** Groups shown on a terminal; the rest is in --json. */
const SHOWN = 40

const TITLES: readonly string[] = [
  'requests',
  'failed',
  'cached',
  'calls',
  'cost',
  'tokens in',
  'tokens out',
  'p50 ms',
  'p95 ms',
  'p99 ms',
]

export function renderUsage({ by, rows, total, uncountedRows }: UsageReport): string {
  const shown = rows.slice(0, SHOWN).map((row) => cells(nameOf(by, row.value), row))
  const table = renderTable(
    [{ title: by, align: 'left' }, ...TITLES.map((title) => ({ title }))],
    by === 'all' ? [cells('all', total)] : [...shown, cells('total', total)],
  )
  const notes = [
    rows.length > SHOWN ? `${counted(rows.length - SHOWN, 'group')} more in --json` : '',
    total.unpriced > 0
      ? `cost is without ${counted(total.unpriced, 'call')} whose price or usage is not known`
      : '',
    uncountedRows > 0
      ? `${counted(uncountedRows, 'row')} of an older format not counted yet; the gateway does it while it runs`
      : '',
  ].filter((note) => note !== '')
  return `${[table, ...notes].join('\n')}\n`
}

function nameOf(by: UsageGroup, value: string): string {
  if (by === 'day') return value.slice(0, 10)
  if (by === 'hour') return value.slice(0, 13)
  return value === '' ? UNKNOWN : value
}

function cells(name: string, row: UsageGroupRow): readonly string[] {
  return [
    name,
    count(row.requests),
    row.requests === 0 ? UNKNOWN : percent(row.failed / row.requests),
    row.requests === 0 ? UNKNOWN : percent(row.cacheHits / row.requests),
    count(row.calls),
    dollars(row.costUsd),
    count(row.inputTokens),
    count(row.outputTokens),
    count(row.p50Ms),
    count(row.p95Ms),
    count(row.p99Ms),
  ]
}
