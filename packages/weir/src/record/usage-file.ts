/**
 * Usage of a store file, read from outside the gateway: read-only, so a running one is not disturbed. A store of format version 1 has no counts
 * yet; its rows are counted in memory then, which takes as long as reading them all.
 */
import { DatabaseSync } from 'node:sqlite'
import { openForReading } from './store-reader.ts'
import { parseRow } from './store-file.ts'
import { migrate } from './schema.ts'
import { queryUsage, type UsageQuery, type UsageReport } from './usage-query.ts'
import { createUsageWriter } from './usage-table.ts'
import { UsageTally } from './usage-tally.ts'

/** Throws `data.unreadable` or `data.field` for what is no store, `cli.usage` for what cannot be asked. */
export function readUsage(path: string, query: UsageQuery): UsageReport {
  const database = openForReading(path)
  try {
    const hasCounts = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'usage'").get() !== undefined
    return hasCounts ? queryUsage(database, query) : queryRows(database, query)
  } finally {
    database.close()
  }
}

function queryRows(database: DatabaseSync, query: UsageQuery): UsageReport {
  const tally = new UsageTally()
  for (const { row: text } of database.prepare('SELECT row FROM outcomes').iterate()) {
    const row = parseRow(String(text))
    if (row !== undefined) tally.add(row)
  }
  const counts = new DatabaseSync(':memory:')
  try {
    migrate(counts)
    createUsageWriter(counts).add(tally)
    return queryUsage(counts, query)
  } finally {
    counts.close()
  }
}
