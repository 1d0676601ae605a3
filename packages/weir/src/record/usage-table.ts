/**
 * Usage tables: the counts of usage-tally.ts in SQLite, by hour and by day, for each dimension and model. They stay when the rows that they
 * count are deleted.
 *
 * A cell is (span, dimension, start, value, model); the key is in that order, so that one dimension over some days is one stretch of
 * the file, whatever the number of rows behind it.
 */
import type { DatabaseSync } from 'node:sqlite'
import { LATENCY_BUCKETS } from './latency-histogram.ts'
import { DIMENSIONS, noCounts, type Counts, type Tally, type UsageTally } from './usage-tally.ts'

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
  // One statement for all cells: preparing one for the columns that change costs more than adding zeros to the rest.
  const upsert = database.prepare(UPSERT)
  return {
    add(tally) {
      for (const { key, sums } of merge(tally.tallies)) upsert.run(...key, ...sums)
    },
  }
}

const UPSERT =
  `INSERT INTO usage (${[...KEY, ...SUMS].join(', ')}) VALUES (${[...KEY, ...SUMS].map(() => '?').join(', ')}) ` +
  `ON CONFLICT (${KEY.join(', ')}) DO UPDATE SET ` +
  SUMS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')

interface Cell {
  readonly key: readonly (string | number)[]
  /** As SUMS. */
  readonly sums: number[]
}

/** Tallies differ in all dimensions at once; a cell is of one. */
function merge(tallies: Iterable<Tally>): Iterable<Cell> {
  const cells = new Map<string, Cell>()
  for (const tally of tallies) {
    DIMENSIONS.forEach((dimension, i) => {
      for (const [span, spanMs] of Object.entries(SPANS)) {
        const startAt = tally.hourMs - (tally.hourMs % spanMs)
        const key = [span, dimension, startAt, tally.values[i] ?? '', tally.model]
        addTo(findCell(cells, key), tally)
      }
    })
  }
  return cells.values()
}

function findCell(cells: Map<string, Cell>, key: readonly (string | number)[]): Cell {
  const name = key.join('\n')
  const found = cells.get(name) ?? { key, sums: SUMS.map(() => 0) }
  cells.set(name, found)
  return found
}

function addTo({ sums }: Cell, { counts, latency }: Tally): void {
  COUNT_COLUMNS.forEach((name, i) => (sums[i] = (sums[i] ?? 0) + counts[name]))
  latency.forEach((count, bucket) => {
    const i = COUNT_COLUMNS.length + bucket
    sums[i] = (sums[i] ?? 0) + count
  })
}
