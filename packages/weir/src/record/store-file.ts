/**
 * Store file: the SQLite side of the outcome store. Only the store's thread uses it. WAL lets readers go on while it writes; synchronous=NORMAL
 * may lose the last rows when the machine (not the process) dies, and never corrupts the file.
 */
import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isRecord, parseJson } from '@weir/core/basics'
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
/** Rows counted in one step. 2,000: some 20 ms. */
const COUNTED_ROWS = 2000
/** Rows counted before the counts are written. 20,000: they share most of their cells, and a process that ends has little to count again. */
const GATHERED_ROWS = 20_000

/** Counts that are not written yet: of the rows after `from`, up to `to`. */
interface Gathered {
  readonly from: number
  readonly tally: UsageTally
  to: number
  rows: number
}

function newGathered(from: number): Gathered {
  return { from, to: from, rows: 0, tally: new UsageTally() }
}

interface Statements {
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly insert: StatementSync
  readonly insertMany: StatementSync
  readonly find: StatementSync
  readonly judge: StatementSync
  readonly counted: StatementSync
  readonly countFrom: StatementSync
  readonly setCounted: StatementSync
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
  #gathered: Gathered | undefined

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

  /** One transaction: all rows and feedback or nothing. Lines that are neither are passed over, and so are rows that are there. */
  write(lines: readonly string[]): void {
    const rows = lines.filter((line) => idOf(line) !== undefined)
    this.transact(() => {
      this.#insert(rows)
      if (rows.length < lines.length) for (const line of lines) this.#writeFeedback(line)
    })
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

  /**
   * Counts rows into usage that are not yet, whoever wrote them. Counts gather in memory over several steps; the counts and how far they go
   * change in one transaction, so that each row is counted once, whatever ends between two steps. True when there are more.
   */
  countRows(most: number = COUNTED_ROWS): boolean {
    const from = Number(this.#statements.counted.get()?.['value'] ?? 0)
    const gathered = this.#gathered ?? newGathered(from)
    // Forgotten until the step is done: half a step must not stay.
    this.#gathered = undefined
    const isMore = this.#gather(gathered, most)
    if (isMore && gathered.rows < GATHERED_ROWS) this.#gathered = gathered
    else if (gathered.rows > 0 && !this.#writeUsage(gathered)) return true
    return isMore
  }

  /** True when there are more. */
  #gather(gathered: Gathered, most: number): boolean {
    const rows = this.#statements.countFrom.all(gathered.to, most)
    for (const { row: text } of rows) {
      const row = parseRow(String(text))
      if (row !== undefined) gathered.tally.add(row)
    }
    gathered.rows += rows.length
    const last = rows.at(-1)
    if (last !== undefined) gathered.to = Number(last['seq'])
    return rows.length === most
  }

  /** False when another process has counted meanwhile: what was gathered is void. */
  #writeUsage({ from, to, tally }: Gathered): boolean {
    const { counted, setCounted } = this.#statements
    let isOurs = false
    this.transact(() => {
      isOurs = Number(counted.get()?.['value'] ?? 0) === from
      if (!isOurs) return
      this.#usage.add(tally)
      setCounted.run(to)
    })
    return isOurs
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

  /** A row that is there comes twice when a process ended between storing it and emptying its spool. */
  #insert(rows: readonly string[]): void {
    const { insert, insertMany } = this.#statements
    let at = 0
    for (; at + MANY <= rows.length; at += MANY) {
      insertMany.run(...rows.slice(at, at + MANY).flatMap((row) => [idOf(row) ?? '', row]))
    }
    for (const row of rows.slice(at)) insert.run(idOf(row) ?? '', row)
  }

  #writeFeedback(line: string): void {
    const parsed = idOf(line) === undefined ? parseText(line) : undefined
    if (isRecord(parsed) && isRecord(parsed['feedback'])) {
      this.judge(parsed['feedback'] as unknown as StoredFeedback & { readonly model: string })
    }
  }
}

function prepare(database: DatabaseSync): Statements {
  const insert = 'INSERT OR IGNORE INTO outcomes (id, row) VALUES'
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    insert: database.prepare(`${insert} (?, ?)`),
    insertMany: database.prepare(`${insert} ${Array(MANY).fill('(?, ?)').join(', ')}`),
    find: database.prepare('SELECT row FROM outcomes WHERE id = ?'),
    counted: database.prepare("SELECT value FROM meta WHERE name = 'countedSeq'"),
    countFrom: database.prepare('SELECT seq, row FROM outcomes WHERE seq > ? ORDER BY seq LIMIT ?'),
    setCounted: database.prepare("UPDATE meta SET value = ? WHERE name = 'countedSeq'"),
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
