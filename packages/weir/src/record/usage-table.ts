/**
 * Usage tables: the counts of usage-tally.ts in SQLite, by hour and by day, for each dimension and model. They stay when the rows that they
 * count are deleted.
 *
 * A cell is (span, dimension, start, value, model); the key is in that order, so that one dimension over some days is one stretch of
 * the file, whatever the number of rows behind it.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { LATENCY_BUCKETS } from './latency-histogram.ts'
import {
  addCounts,
  DIMENSIONS,
  findCell,
  noCounts,
  type Cell,
  type Cells,
  type Counts,
  type UsageTally,
} from './usage-tally.ts'

export const SPANS = { hour: 3_600_000, day: 86_400_000 } as const
export type Span = keyof typeof SPANS

export const COUNT_COLUMNS: readonly (keyof Counts)[] = Object.keys(noCounts()) as (keyof Counts)[]
export const LATENCY_COLUMNS: readonly string[] = Array.from({ length: LATENCY_BUCKETS }, (_, i) => `l${i}`)
const KEY = ['span', 'dimension', 'startAt', 'value', 'model']
const SUMS = [...COUNT_COLUMNS, ...LATENCY_COLUMNS]

/** `startAt`: ms since the epoch, UTC. Columns l0 to l39: calls per bucket of latency-histogram.ts. */
export const USAGE_TABLE: string = `
CREATE TABLE IF NOT EXISTS usage (
  span TEXT NOT NULL,
  dimension TEXT NOT NULL,
  startAt INTEGER NOT NULL,
  value TEXT NOT NULL,
  model TEXT NOT NULL,
  ${SUMS.map((name) => `${name} NUMERIC NOT NULL DEFAULT 0`).join(',\n  ')},
  PRIMARY KEY (${KEY.join(', ')})
) WITHOUT ROWID;
`

export interface UsageWriter {
  /** Adds to the cells of every dimension and span. Inside the caller's transaction. */
  add(tally: UsageTally): void
}

export function createUsageWriter(database: DatabaseSync): UsageWriter {
  const write = createCellWriter(database)
  return {
    add({ hours }) {
      const days = new Map<number, readonly Cells[]>()
      for (const [startAt, dimensions] of hours) {
        writeCells(write, { span: 'hour', startAt, dimensions })
        mergeInto(days, startAt - (startAt % SPANS.day), dimensions)
      }
      for (const [startAt, dimensions] of days) writeCells(write, { span: 'day', startAt, dimensions })
    },
  }
}

interface Stretch {
  readonly span: Span
  readonly startAt: number
  readonly dimensions: readonly Cells[]
}

type CellWriter = (key: readonly (string | number)[], cell: Cell) => void

function writeCells(write: CellWriter, { span, startAt, dimensions }: Stretch): void {
  dimensions.forEach((cells, i) => {
    const dimension = DIMENSIONS[i] ?? ''
    for (const cell of cells.values()) write([span, dimension, startAt, cell.value, cell.model], cell)
  })
}

function mergeInto(days: Map<number, readonly Cells[]>, startAt: number, dimensions: readonly Cells[]): void {
  const day = days.get(startAt) ?? DIMENSIONS.map((): Cells => new Map())
  days.set(startAt, day)
  dimensions.forEach((cells, i) => {
    const sums = day[i]
    if (sums !== undefined)
      for (const cell of cells.values()) addCell(findCell(sums, cell.value, cell.model), cell)
  })
}

function addCell(to: Cell, { counts, latency }: Cell): void {
  addCounts(to.counts, counts)
  for (let i = 0; i < LATENCY_BUCKETS; i += 1) to.latency[i] = (to.latency[i] ?? 0) + (latency[i] ?? 0)
}

/** Buckets that are written or left out together. 5: latencies of one cell lie in few such blocks, and eight blocks make 256 statements at most. */
const BLOCK = 5
const BLOCKS = LATENCY_BUCKETS / BLOCK

/** A statement names the blocks of buckets that count something: adding zeros to all forty costs more than the rest of it. */
function createCellWriter(database: DatabaseSync): CellWriter {
  const statements = new Map<number, StatementSync>()
  return (key, { counts, latency }) => {
    const sums: number[] = COUNT_COLUMNS.map((name) => counts[name])
    let blocks = 0
    for (let block = 0; block < BLOCKS; block += 1) {
      const part = latency.slice(block * BLOCK, (block + 1) * BLOCK)
      if (part.every((count) => count === 0)) continue
      blocks |= 1 << block
      sums.push(...part)
    }
    const statement = statements.get(blocks) ?? database.prepare(upsertOf(blocks))
    statements.set(blocks, statement)
    statement.run(...key, ...sums)
  }
}

function upsertOf(blocks: number): string {
  const latency = LATENCY_COLUMNS.filter((_, i) => (blocks >> Math.floor(i / BLOCK)) % 2 === 1)
  const sums = [...COUNT_COLUMNS, ...latency]
  const columns = [...KEY, ...sums]
  return (
    `INSERT INTO usage (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')}) ` +
    `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ` +
    sums.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')
  )
}
