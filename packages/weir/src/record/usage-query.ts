/**
 * Usage query: what the tables of usage-table.ts say of a stretch of time, by model, day, key and so on. It reads counts, never rows, so it
 * takes as long for ten million rows as for ten thousand.
 */
import type { DatabaseSync } from 'node:sqlite'
import { WeirError } from '@weir/core/basics'
import { quantileOf } from './latency-histogram.ts'
import { COUNT_COLUMNS, LATENCY_COLUMNS, SPANS, type Span } from './usage-table.ts'
import type { Counts, Dimension } from './usage-tally.ts'

export const USAGE_GROUPS = [
  'model',
  'day',
  'hour',
  'key',
  'reason',
  'policy',
  'level',
  'mode',
  'verdict',
  'all',
] as const
export type UsageGroup = (typeof USAGE_GROUPS)[number]

export interface UsageQuery {
  readonly by: UsageGroup
  /** From the hour that holds this time; from the day, when that is where it begins or hours are no longer kept. Default: all. */
  readonly since?: Date | undefined
  /** Up to, but without. Default: now. */
  readonly until?: Date | undefined
  readonly model?: string | undefined
  /** Name of a virtual key. Not together with another dimension: counts are by one dimension and the model. */
  readonly key?: string | undefined
}

export interface UsageGroupRow extends Readonly<Counts> {
  /** Of the group: a model's name, a day, a key's name; '' where rows have none. */
  readonly value: string
  /** Latency of calls that half, 95% and 99% did not exceed, ms, within a factor of 1.19; null without calls. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

export interface UsageReport {
  readonly by: UsageGroup
  /** Most expensive first; days and hours in order. */
  readonly rows: readonly UsageGroupRow[]
  readonly total: UsageGroupRow
  /** Rows that are not counted yet: those of the last moments, and of an older format for a while. */
  readonly uncountedRows: number
}

/** Throws `cli.usage` when the query asks for two dimensions at once. */
export function queryUsage(database: DatabaseSync, query: UsageQuery): UsageReport {
  const { sql, values } = toSql(query, hasHours(database, query) ? spanOf(query) : 'day')
  const found = database.prepare(sql).all(...values)
  const cells = found.map(readCell)
  const total = cells.reduce(addCells, { value: '', sums: SUMS.map(() => 0) })
  const isTime = query.by === 'day' || query.by === 'hour'
  const ordered = isTime
    ? cells
    : cells.toSorted((a, b) => costOf(b) - costOf(a) || a.value.localeCompare(b.value))
  return {
    by: query.by,
    rows: ordered.map(toRow),
    total: toRow(total),
    uncountedRows: countUncounted(database),
  }
}

const SUMS = [...COUNT_COLUMNS, ...LATENCY_COLUMNS]

interface Cell {
  readonly value: string
  /** As SUMS. */
  readonly sums: readonly number[]
}

/** What a group is, in SQL. Fixed texts: nothing of a caller's goes into a statement. */
const GROUP_COLUMNS: Partial<Record<UsageGroup, string>> = {
  model: 'model',
  day: 'startAt',
  hour: 'startAt',
  all: "''",
}

function toSql(query: UsageQuery, span: Span): { sql: string; values: (string | number)[] } {
  const { by, since, until, model, key } = query
  const conditions: readonly (readonly [string, string | number | undefined])[] = [
    ['span = ?', span],
    ['dimension = ?', dimensionOf(query)],
    ['startAt >= ?', since === undefined ? undefined : floorTo(since, span)],
    ['startAt < ?', until?.getTime()],
    ['value = ?', key],
    ['model = ?', model],
  ]
  const given = conditions.filter(([, value]) => value !== undefined)
  const sums = SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ')
  const where = given.map(([condition]) => condition).join(' AND ')
  return {
    sql: `SELECT ${GROUP_COLUMNS[by] ?? 'value'} AS shown, ${sums} FROM usage WHERE ${where} GROUP BY shown ORDER BY shown`,
    values: given.flatMap(([, value]) => value ?? []),
  }
}

function dimensionOf({ by, key }: UsageQuery): Dimension {
  const isColumn = GROUP_COLUMNS[by] !== undefined
  if (key === undefined) return isColumn ? 'all' : (by as Dimension)
  if (isColumn || by === 'key') return 'key'
  throw new WeirError(
    'cli.usage',
    `usage of one key cannot be shown by ${by}; take by model, day, hour or all`,
  )
}

/** Days where they will do: there are fewer of them, and they are kept for longer. */
function spanOf({ by, since, until }: UsageQuery): Span {
  if (by === 'hour') return 'hour'
  return by === 'day' || (isWholeDay(since) && isWholeDay(until)) ? 'day' : 'hour'
}

/** False where counts by hour are deleted by now that those by day still hold: fewer would be shown than there were. */
function hasHours(database: DatabaseSync, { by, since }: UsageQuery): boolean {
  if (by === 'hour') return true
  const oldest = database.prepare("SELECT min(startAt) AS at FROM usage WHERE span = ? AND dimension = 'all'")
  const hourAt = oldest.get('hour')?.['at']
  const dayAt = oldest.get('day')?.['at']
  if (typeof dayAt !== 'number') return true
  if (typeof hourAt !== 'number') return false
  return hourAt <= (since?.getTime() ?? dayAt) || floorTo(new Date(hourAt), 'day') <= dayAt
}

function isWholeDay(at: Date | undefined): boolean {
  return at === undefined || at.getTime() % SPANS.day === 0
}

function floorTo(at: Date, span: Span): number {
  return at.getTime() - (at.getTime() % SPANS[span])
}

function readCell(found: Readonly<Record<string, unknown>>): Cell {
  const { shown } = found
  // The only numbers are times, of days and hours.
  const value = typeof shown === 'number' ? new Date(shown).toISOString() : String(shown)
  return { value, sums: SUMS.map((name) => Number(found[name])) }
}

function addCells(a: Cell, b: Cell): Cell {
  return { value: a.value, sums: a.sums.map((sum, i) => sum + (b.sums[i] ?? 0)) }
}

const COST_AT = COUNT_COLUMNS.indexOf('costUsd')

function costOf({ sums }: Cell): number {
  return sums[COST_AT] ?? 0
}

function toRow({ value, sums }: Cell): UsageGroupRow {
  const counts = Object.fromEntries(COUNT_COLUMNS.map((name, i) => [name, sums[i] ?? 0])) as unknown as Counts
  const latency = sums.slice(COUNT_COLUMNS.length)
  const quantile = (share: number): number | null => quantileOf(latency, share) ?? null
  return { value, ...counts, p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) }
}

/** Of rows without gaps, as they are but where some were deleted: counting them would take as long as reading them. */
function countUncounted(database: DatabaseSync): number {
  const sql =
    "SELECT (SELECT max(seq) FROM outcomes) - (SELECT value FROM meta WHERE name = 'countedSeq') AS n"
  return Math.max(0, Number(database.prepare(sql).get()?.['n'] ?? 0))
}
