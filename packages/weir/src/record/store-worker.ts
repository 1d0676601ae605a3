/**
 * The store's thread: the only writer of the SQLite file. WAL lets readers go on while it writes; synchronous=NORMAL may lose the
 * last rows when the machine (not the process) dies, and never corrupts the file.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { isRecord, parseJson } from '@weir/core'
import { FORMAT_VERSION, SCHEMA } from './schema.ts'
import type { FromWorker, StoredFeedback, ToWorker } from './store-messages.ts'
import type { FeedbackResult } from './store.ts'

const INSERT = 'INSERT INTO outcomes (id, row) VALUES'
/** Rows of one statement. 16: most of what a larger one gains, and small enough for SQLite's limits. */
const MANY = 16
const ID_START = '{"id":"'.length

interface Statements {
  readonly begin: StatementSync
  readonly commit: StatementSync
  readonly rollback: StatementSync
  readonly insert: StatementSync
  readonly insertMany: StatementSync
  readonly find: StatementSync
  readonly judge: StatementSync
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  if (version > FORMAT_VERSION) throw new Error(`it has format version ${version}, newer than this weir`)
  if (tables.length > 0 && !tables.some(({ name }) => name === 'outcomes')) {
    throw new Error('it is a database of something else')
  }
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;')
  database.exec(SCHEMA)
  database.exec(`PRAGMA user_version = ${FORMAT_VERSION}`)
  return database
}

function prepare(database: DatabaseSync): Statements {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    insert: database.prepare(`${INSERT} (?, ?)`),
    insertMany: database.prepare(`${INSERT} ${Array(MANY).fill('(?, ?)').join(', ')}`),
    find: database.prepare('SELECT row FROM outcomes WHERE id = ?'),
    judge: database.prepare(
      'INSERT INTO feedback (decisionId, model, quality, at) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (decisionId, model) DO UPDATE SET quality = excluded.quality, at = excluded.at',
    ),
  }
}

/** One transaction; when it fails, none of its rows is written and the gateway is told how many that were. */
function write(
  { begin, commit, rollback, ...statements }: Statements,
  lines: readonly string[],
): string | undefined {
  try {
    begin.run()
    insertAll(statements, lines)
    commit.run()
    return undefined
  } catch (error) {
    try {
      rollback.run()
    } catch {
      // No transaction was open: BEGIN itself failed.
    }
    return error instanceof Error ? error.message : String(error)
  }
}

function insertAll(
  { insert, insertMany }: Pick<Statements, 'insert' | 'insertMany'>,
  lines: readonly string[],
): void {
  let at = 0
  for (; at + MANY <= lines.length; at += MANY) {
    insertMany.run(...lines.slice(at, at + MANY).flatMap((line) => [idOf(line), line]))
  }
  for (const line of lines.slice(at)) insert.run(idOf(line), line)
}

/** A row's text starts with {"id":"…". Ids are made by the gateway and hold nothing that JSON escapes. */
function idOf(line: string): string {
  return line.slice(ID_START, line.indexOf('"', ID_START))
}

/** Without a model the feedback is about the one that answered. */
function judge({ find, judge }: Statements, feedback: StoredFeedback): FeedbackResult {
  const { decisionId, model, quality, at } = feedback
  try {
    const found = find.get(decisionId)
    if (found === undefined) return 'no_decision'
    const judged = model ?? answeringModel(String(found['row']))
    if (judged === undefined) return 'no_answer'
    judge.run(decisionId, judged, quality, at)
    return 'stored'
  } catch {
    return 'failed'
  }
}

function find({ find }: Statements, decisionId: string): string | undefined {
  try {
    const found = find.get(decisionId)
    return found === undefined ? undefined : String(found['row'])
  } catch {
    return undefined
  }
}

function answeringModel(text: string): string | undefined {
  const row = parseJson(text)
  return isRecord(row) && isRecord(row['models']) ? Object.keys(row['models'])[0] : undefined
}

function send(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a Node message port has no origin
  parentPort?.postMessage(message)
}

function run(path: string): void {
  let database: DatabaseSync
  try {
    database = open(path)
  } catch (error) {
    return send({ kind: 'failed', message: error instanceof Error ? error.message : String(error), rows: 0 })
  }
  const statements = prepare(database)
  parentPort?.on('message', (message: ToWorker) => {
    switch (message.kind) {
      case 'rows': {
        const lines = message.lines.split('\n')
        const because = write(statements, lines)
        const failedRows = because === undefined ? 0 : lines.length
        return send({
          kind: 'written',
          bytes: message.bytes,
          failedRows,
          ...(because === undefined ? {} : { because }),
        })
      }
      case 'feedback':
        return send({
          kind: 'feedback',
          request: message.request,
          result: judge(statements, message.feedback),
        })
      case 'find':
        return send({ kind: 'found', request: message.request, row: find(statements, message.decisionId) })
      case 'close':
        database.close()
        parentPort?.close()
    }
  })
  send({ kind: 'ready' })
}

run((workerData as { readonly path: string }).path)
