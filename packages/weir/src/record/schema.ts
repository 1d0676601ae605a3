/**
 * The tables of the outcome store. The format version is SQLite's user_version; tables only grow.
 *
 * Version 1: outcomes and feedback. Version 2 adds usage (usage-table.ts) and meta. A store of version 1 is taken over as it is: its tables
 * stay. `meta.countedSeq` is the last row that is counted in usage.
 *
 * Feedback has a table of its own: it may arrive before its row is flushed, and rows are never rewritten.
 */
import type { DatabaseSync } from 'node:sqlite'
import { USAGE_TABLE } from './usage-table.ts'

export const FORMAT_VERSION = 2

/** Run on every start; does nothing to a store that has the tables. `row` is one Outcome as JSON (docs/outcomes.md). */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS outcomes (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  row TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS feedback (
  decisionId TEXT NOT NULL,
  model TEXT NOT NULL,
  quality REAL NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (decisionId, model)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS meta (
  name TEXT PRIMARY KEY,
  value
) WITHOUT ROWID;
${USAGE_TABLE}`

/** Throws when the file is a database of something else or of a newer weir. */
export function migrate(database: DatabaseSync): void {
  const version = checkStore(database)
  if (version === FORMAT_VERSION) return
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(SCHEMA)
    database.exec("INSERT OR IGNORE INTO meta VALUES ('countedSeq', 0)")
    database.exec(`PRAGMA user_version = ${FORMAT_VERSION}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Marks what no waiting mends, unlike a lock or a full disk. */
export class ForeignFile extends Error {}

/** The format version; 0 of a new file. Throws ForeignFile. */
export function checkStore(database: DatabaseSync): number {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  if (version > FORMAT_VERSION)
    throw new ForeignFile(`it has format version ${version}, newer than this weir`)
  if (tables.length > 0 && !tables.some(({ name }) => name === 'outcomes')) {
    throw new ForeignFile('it is a database of something else')
  }
  return version
}
