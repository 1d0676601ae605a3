/**
 * Plain-text tables for terminals: columns as wide as their widest cell, numbers to the right, text to the left.
 *
 * The report/ room turns measured numbers into what a person reads, on a terminal or as a page. It is a room of its own because core gives
 * numbers and knows no formats, and because cli/ has one file per command and several commands print the same things.
 */

import { UNKNOWN } from './format.ts'

export interface Column {
  readonly title: string
  /** Default 'right': most columns are numbers. */
  readonly align?: 'left' | 'right'
}

/** One line per row, a rule under the titles, two spaces between columns, no trailing spaces. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? ''
        return align === 'left' ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)
      })
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [line(columns.map(({ title }) => title)), rule, ...rows.map(line)].join('\n')
}

/** Leaves out columns in which no row says anything: most data knows neither costs nor latencies. */
export function dropEmptyColumns<C>(
  columns: readonly C[],
  rows: readonly (readonly string[])[],
): [readonly C[], readonly (readonly string[])[]] {
  const isFull = columns.map((_, i) => rows.some((row) => row[i] !== UNKNOWN && row[i] !== ''))
  return [columns.filter((_, i) => isFull[i]), rows.map((row) => row.filter((_, i) => isFull[i]))]
}
