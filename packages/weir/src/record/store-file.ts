/**
 * Store file: the SQLite side of the outcome store. Only the store's thread uses it. WAL lets readers go on while it writes; synchronous=NORMAL
 * may lose the last rows when the machine (not the process) dies, and never corrupts the file.
 */
import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isRecord, parseJson } from '@weir/core'
import type { LiveOutcome } from './live-outcome.ts'
import { ForeignFile, migrate } from './schema.ts'
import { idOf } from './spool.ts'
import type { StoredFeedback } from './store-messages.ts'
import { createUsageWriter, type UsageWriter } from './usage-table.ts'
import { UsageTally } from './usage-tally.ts'

/** Time that a statement waits for another process's lock, ms. 250: past it the rows are better off in the spool than in a queue that fills. */
const BUSY_MS = 250
/** Rows of one statement. 16: most of what a larger one gains, and small enough for SQLite's limits. */
const MANY = 16
/** Rows counted in one step of taking over an older store. 500: some 10 ms. */
const COUNTED_ROWS = 500

interface Statements {
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly insert: StatementSync
  readonly insertMany: StatementSync
  readonly find: StatementSync
  readonly judge: StatementSync
}

export interface StoreFileOptions {
  readonly path: string
  /** Largest number of pages that the file may have. Default: as many as the disk holds. */
  readonly maxPages?: number | undefined
}

export class StoreFile {
  readonly database: DatabaseSync
  readonly #statements: Statements
  readonly #usage: UsageWriter

  /** Throws ForeignFile, and what SQLite throws: `isForGood` tells which of that waiting does not mend. */
  constructor({ path, maxPages }: StoreFileOptions) {
    this.database = new DatabaseSync(path, { timeout: BUSY_MS })
    try {
      // Before the first table, or it has no effect: pages of deleted rows can then be given back a few at a time.
      this.database.exec('PRAGMA auto_vacuum = INCREMENTAL')
      this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
      migrate(this.database)
      if (maxPages !== undefined) this.database.exec(`PRAGMA max_page_count = ${maxPages}`)
      this.#statements = prepare(this.database)
      this.#usage = createUsageWriter(this.database)
    } catch (error) {
      this.database.close()
      throw error
    }
  }

  /** One transaction: rows, feedback and the counts of usage, or nothing. Lines that are neither are passed over. */
  write(lines: readonly string[]): void {
    const rows = lines.filter((line) => idOf(line) !== undefined)
    const store = (isNew: boolean): void =>
      this.transact(() => {
        this.#count(isNew ? this.#insertMany(rows) : rows.filter((row) => this.#insert(row)))
        if (rows.length < lines.length) for (const line of lines) this.#writeFeedback(line)
      })
    try {
      store(true)
    } catch (error) {
      if (!(error instanceof PartlyThere)) throw error
      store(false)
    }
  }

  /** Throws when it cannot be stored. */
  judge({ decisionId, model, quality, at }: StoredFeedback & { readonly model: string }): void {
    this.#statements.judge.run(decisionId, model, quality, at)
  }

  /** JSON of a row. */
  find(decisionId: string): string | undefined {
    const found = this.#statements.find.get(decisionId)
    return found === undefined ? undefined : String(found['row'])
  }

  /** Counts some rows of before version 2. True when there may be more. */
  countOld(): boolean {
    const { database } = this
    const meta = Object.fromEntries(
      database
        .prepare('SELECT name, value FROM meta')
        .all()
        .map(({ name, value }) => [name, Number(value)]),
    )
    const { countedSeq = 0, uncountedSeq = 0 } = meta
    if (countedSeq >= uncountedSeq) return false
    const rows = database
      .prepare('SELECT seq, row FROM outcomes WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
      .all(countedSeq, uncountedSeq, COUNTED_ROWS)
    this.transact(() => {
      this.#count(rows.map(({ row }) => String(row)))
      const last = rows.length < COUNTED_ROWS ? uncountedSeq : Number(rows.at(-1)?.['seq'])
      database.prepare("UPDATE meta SET value = ? WHERE name = 'countedSeq'").run(last)
    })
    return rows.length === COUNTED_ROWS
  }

  transact(work: () => void): void {
    const { begin, commit } = this.#statements
    begin.run()
    try {
      work()
      commit.run()
    } catch (error) {
      // A full disk may have ended the transaction by itself.
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.database.close()
  }

  /** Throws PartlyThere when one of them is in the store: it comes twice when a process ended between storing it and emptying its spool. */
  #insertMany(rows: readonly string[]): readonly string[] {
    const { insertMany } = this.#statements
    let at = 0
    for (; at + MANY <= rows.length; at += MANY) {
      const some = rows.slice(at, at + MANY).flatMap((row) => [idOf(row) ?? '', row])
      if (Number(insertMany.run(...some).changes) < MANY) throw new PartlyThere()
    }
    for (const row of rows.slice(at)) if (!this.#insert(row)) throw new PartlyThere()
    return rows
  }

  /** False when it was there. */
  #insert(row: string): boolean {
    return Number(this.#statements.insert.run(idOf(row) ?? '', row).changes) > 0
  }

  #count(rows: readonly string[]): void {
    const tally = new UsageTally()
    for (const text of rows) {
      const row = parseRow(text)
      if (row !== undefined) tally.add(row)
    }
    this.#usage.add(tally)
  }

  #writeFeedback(line: string): void {
    const parsed = idOf(line) === undefined ? parseText(line) : undefined
    if (isRecord(parsed) && isRecord(parsed['feedback'])) {
      this.judge(parsed['feedback'] as unknown as StoredFeedback & { readonly model: string })
    }
  }
}

class PartlyThere extends Error {}

function prepare(database: DatabaseSync): Statements {
  const insert = 'INSERT OR IGNORE INTO outcomes (id, row) VALUES'
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    insert: database.prepare(`${insert} (?, ?)`),
    insertMany: database.prepare(`${insert} ${Array(MANY).fill('(?, ?)').join(', ')}`),
    find: database.prepare('SELECT row FROM outcomes WHERE id = ?'),
    judge: database.prepare(
      'INSERT INTO feedback (decisionId, model, quality, at) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (decisionId, model) DO UPDATE SET quality = excluded.quality, at = excluded.at',
    ),
  }
}

/** Undefined when the text is no row that can be counted. */
export function parseRow(text: string): LiveOutcome | undefined {
  const row = parseText(text)
  return isRecord(row) && isRecord(row['models']) && isRecord(row['decision'])
    ? (row as unknown as LiveOutcome)
    : undefined
}

function parseText(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

const READ_ONLY = 8
const IO_ERROR = 10
const CORRUPT = 11
const CANNOT_OPEN = 14
const NOT_A_DATABASE = 26

/** True when the operator has to do something about the file: no amount of waiting makes it a store. */
export function isForGood(error: unknown, path: string): boolean {
  if (error instanceof ForeignFile) return true
  const code = codeOf(error)
  // With a full disk SQLite cannot open its log beside a file that is well.
  if (code === CANNOT_OPEN) return statSync(path, { throwIfNoEntry: false })?.isFile() !== true
  return code === READ_ONLY || code === CORRUPT || code === NOT_A_DATABASE
}

/** True when the open file itself may be bad: the disk went away and came back. */
export function needsReopening(error: unknown): boolean {
  return [IO_ERROR, CANNOT_OPEN, CORRUPT, NOT_A_DATABASE].includes(codeOf(error))
}

/** SQLite's primary result code; 0 when the error is not SQLite's. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}
