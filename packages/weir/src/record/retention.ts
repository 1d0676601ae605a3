/**
 * Retention: deletes the oldest rows, with their feedback, when they are older than a number of days or when the file is larger than a number of
 * bytes. A few hundred at a time, between other work; pages that fall free are used again, and given back to the disk a few at a time. What was
 * counted in usage stays counted: rows that are not counted yet are never deleted.
 */
import type { StoreFile } from './store-file.ts'
import { DIMENSIONS } from './usage-tally.ts'

export interface Retention {
  /** Age of the oldest rows, days. Absent: any. */
  readonly days?: number | undefined
  /** Size of the store without its free pages. Absent: any. */
  readonly maxBytes?: number | undefined
}

/** Rows of one step. 500: some 5 ms. */
const STEP_ROWS = 500
/** Pages given back to the disk in one step. 500: 2 MB. */
const STEP_PAGES = 500
/** Counts by hour are kept so long, days; those by day for ever. 35: a month and a little, for charts of it. */
export const HOUR_DAYS = 35
const DAY_MS = 86_400_000
const SERVED_AT = /"servedAt":"([^"]{10,40})"/

/** One step. True when there may be more to delete. `nowMs`: since 1970. */
export function prune(file: StoreFile, { days, maxBytes }: Retention, nowMs: number): boolean {
  deleteHours(file, nowMs)
  const cutMs = days === undefined ? -Infinity : nowMs - days * DAY_MS
  const excessBytes = maxBytes === undefined ? 0 : usedBytes(file) - maxBytes
  const rows = oldestRows(file)
  const doomed = rows.slice(0, Math.max(countOld(rows, cutMs), countFor(rows, excessBytes)))
  if (doomed.length > 0) remove(file, doomed)
  file.database.exec(`PRAGMA incremental_vacuum(${STEP_PAGES})`)
  return doomed.length === STEP_ROWS || (excessBytes > 0 && doomed.length > 0)
}

type Row = Readonly<Record<string, unknown>>

/** Rows up to the last one before `cutMs`. One that does not say when it was is as old as those around it. */
function countOld(rows: readonly Row[], cutMs: number): number {
  let count = 0
  for (const [i, { row }] of rows.entries()) {
    const atMs = servedAtMs(String(row))
    if (atMs >= cutMs) break
    if (atMs < cutMs) count = i + 1
  }
  return count
}

/** Rows that hold so many bytes: all of a step may be far more than is wanted, where rows hold long conversations. */
function countFor(rows: readonly Row[], wantedBytes: number): number {
  let left = wantedBytes
  let count = 0
  for (const { bytes } of rows) {
    if (left <= 0) break
    left -= Number(bytes)
    count += 1
  }
  return count
}

/** Never the very last: the number of the next row follows from it, and usage is counted by numbers. */
function oldestRows({ database }: StoreFile): readonly Row[] {
  return database
    .prepare(
      `SELECT seq, id, substr(row, 1, 300) AS row, octet_length(row) AS bytes FROM outcomes
       WHERE seq <= (SELECT value FROM meta WHERE name = 'countedSeq') AND seq < (SELECT max(seq) FROM outcomes)
       ORDER BY seq LIMIT ${STEP_ROWS}`,
    )
    .all()
}

/** NaN when the row does not say. */
function servedAtMs(row: string): number {
  return Date.parse(SERVED_AT.exec(row)?.[1] ?? '')
}

function remove(file: StoreFile, rows: readonly Row[]): void {
  const { database } = file
  const forget = database.prepare('DELETE FROM feedback WHERE decisionId = ?')
  file.transact(() => {
    database.prepare('DELETE FROM outcomes WHERE seq <= ?').run(Number(rows.at(-1)?.['seq']))
    for (const { id } of rows) forget.run(String(id))
  })
}

function usedBytes({ database }: StoreFile): number {
  const read = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  return (read('page_count') - read('freelist_count')) * read('page_size')
}

function deleteHours({ database }: StoreFile, nowMs: number): void {
  const old = database.prepare("DELETE FROM usage WHERE span = 'hour' AND dimension = ? AND startAt < ?")
  for (const dimension of DIMENSIONS) old.run(dimension, nowMs - HOUR_DAYS * DAY_MS)
}
