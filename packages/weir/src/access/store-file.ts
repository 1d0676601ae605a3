/**
 * Key store, the file: keys by their hashes, what they spent by day, and who changed what. Synchronous; the gateway runs it in a worker, the
 * command line directly. Both may have the file open: SQLite's lock orders their changes, each of which is one transaction together
 * with its line in the audit log.
 */
import { DatabaseSync } from 'node:sqlite'
import { isRecord, parseJson, WeirError } from '@weir/core/basics'
import {
  checkLevels,
  createKey,
  renewKey,
  type HashedKey,
  type Key,
  type KeyLimits,
  type Role,
} from './key.ts'
import type { Spent } from './account.ts'

const FORMAT_VERSION = 1
/** Time that a statement waits for another process's lock, ms. 5,000: nothing that is served waits for it. */
const BUSY_MS = 5000

const SCHEMA = `
CREATE TABLE IF NOT EXISTS keys (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  hint TEXT NOT NULL,
  limits TEXT NOT NULL,
  createdAt TEXT NOT NULL,
  expiresAt TEXT,
  revokedAt TEXT,
  previousHash TEXT UNIQUE,
  previousUntil TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spend (
  keyId TEXT NOT NULL,
  day TEXT NOT NULL,
  requests INTEGER NOT NULL,
  meteredUsd REAL NOT NULL,
  estimatedUsd REAL NOT NULL,
  inputTokens INTEGER NOT NULL,
  outputTokens INTEGER NOT NULL,
  PRIMARY KEY (keyId, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  before TEXT,
  after TEXT
);
`

/** What may be said of a key when it is made. */
export interface KeySpec {
  readonly name: string
  readonly role: Role
  readonly limits: KeyLimits
  readonly expiresAt?: string
}

/** What may be changed later: not the role, and a limit is taken away by null. */
export interface KeyChange {
  readonly name?: string
  readonly expiresAt?: string | null
  readonly limits?: { readonly [K in keyof KeyLimits]?: KeyLimits[K] | null }
}

/** The key's text, to be shown once. */
export interface Made {
  readonly key: Key
  readonly text: string
}

export interface SpendRow extends Spent {
  readonly keyId: string
  readonly day: string
}

export interface AuditRow {
  readonly at: string
  /** A key's id, or who acted on the machine itself. */
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

/** Who does it and when. */
export interface By {
  readonly actor: string
  readonly now: Date
}

export class KeyFile {
  readonly #database: DatabaseSync

  /** Throws when the file cannot be opened or is something else. */
  constructor(path: string) {
    this.#database = open(path)
  }

  list(): readonly HashedKey[] {
    return this.#database.prepare('SELECT * FROM keys ORDER BY createdAt, id').all().map(toKey)
  }

  /** Throws `request.key` when there is none. */
  get(id: string): HashedKey {
    const row = this.#database.prepare('SELECT * FROM keys WHERE id = ?').get(id)
    if (row === undefined)
      throw new WeirError('request.key', `there is no key with this id; see weir keys list`)
    return toKey(row)
  }

  create(spec: KeySpec, by: By): Made {
    const { id, text, hash, hint } = createKey(spec.role)
    const { name, role, limits, expiresAt = null } = spec
    return this.#change(by, { action: 'key.create', target: id }, () => {
      this.#database
        .prepare(
          'INSERT INTO keys (id, hash, role, name, hint, limits, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(id, hash, role, name, hint, JSON.stringify(limits), by.now.toISOString(), expiresAt)
      return text
    })
  }

  /** Throws `request.key`, and `request.body` when the limits that it would have contradict each other. */
  update(id: string, change: KeyChange, by: By): Key {
    return this.#change(by, { action: 'key.update', target: id }, () => {
      const { name, limits, expiresAt } = this.get(id)
      const merged = { ...limits, ...change.limits }
      const kept = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
      checkLevels(kept)
      const until = change.expiresAt === undefined ? (expiresAt ?? null) : change.expiresAt
      this.#database
        .prepare('UPDATE keys SET name = ?, limits = ?, expiresAt = ? WHERE id = ?')
        .run(change.name ?? name, JSON.stringify(kept), until, id)
      return ''
    }).key
  }

  revoke(id: string, by: By): Key {
    return this.#change(by, { action: 'key.revoke', target: id }, () => {
      const { revokedAt } = this.get(id)
      this.#database
        .prepare('UPDATE keys SET revokedAt = ?, previousHash = NULL, previousUntil = NULL WHERE id = ?')
        .run(revokedAt ?? by.now.toISOString(), id)
      return ''
    }).key
  }

  /** The key before is good for `graceMs` longer. */
  rotate(id: string, graceMs: number, by: By): Made {
    const until = graceMs > 0 ? new Date(by.now.getTime() + graceMs).toISOString() : null
    return this.#change(by, { action: 'key.rotate', target: id }, () => {
      const { role, hash: old } = this.get(id)
      const { text, hash, hint } = renewKey(role)
      this.#database
        .prepare('UPDATE keys SET hash = ?, hint = ?, previousHash = ?, previousUntil = ? WHERE id = ?')
        .run(hash, hint, until === null ? null : old, until, id)
      return text
    })
  }

  /** All or none. */
  addSpend(rows: readonly SpendRow[]): void {
    const add = this.#database.prepare(
      'INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (keyId, day) DO UPDATE SET ' +
        'requests = requests + excluded.requests, meteredUsd = meteredUsd + excluded.meteredUsd, ' +
        'estimatedUsd = estimatedUsd + excluded.estimatedUsd, inputTokens = inputTokens + excluded.inputTokens, ' +
        'outputTokens = outputTokens + excluded.outputTokens',
    )
    this.#transaction(() => {
      for (const { keyId, day, requests, meteredUsd, estimatedUsd, inputTokens, outputTokens } of rows) {
        add.run(keyId, day, requests, meteredUsd, estimatedUsd, inputTokens, outputTokens)
      }
    })
  }

  /** By key and day, both ends included. */
  spend({
    from,
    to,
    keyId,
  }: {
    readonly from: string
    readonly to: string
    readonly keyId?: string
  }): readonly SpendRow[] {
    const rows = this.#database
      .prepare(
        'SELECT * FROM spend WHERE day BETWEEN ? AND ? AND (? IS NULL OR keyId = ?) ORDER BY day, keyId',
      )
      .all(from, to, keyId ?? null, keyId ?? null)
    return rows as unknown as readonly SpendRow[]
  }

  /** The newest first. */
  audit(limit: number): readonly AuditRow[] {
    const rows = this.#database.prepare('SELECT * FROM audit ORDER BY seq DESC LIMIT ?').all(limit)
    return rows.map(({ at, actor, action, target, before, after }) => ({
      at: String(at),
      actor: String(actor),
      action: String(action),
      target: String(target),
      before: before === null ? null : parseJson(String(before)),
      after: after === null ? null : parseJson(String(after)),
    }))
  }

  /** A line of the audit log for what is not a key, such as a reload. */
  note({ actor, now }: By, action: string, target: string): void {
    this.#audit({ at: now.toISOString(), actor, action, target, before: null, after: null })
  }

  /** Changes whenever another connection wrote. */
  version(): number {
    return Number(this.#database.prepare('PRAGMA data_version').get()?.['data_version'])
  }

  close(): void {
    this.#database.close()
  }

  /** `run` reads what it changes: read before, another process's change in between would be undone. */
  #change(
    by: By,
    { action, target }: { readonly action: string; readonly target: string },
    run: () => string,
  ): Made {
    return this.#transaction(() => {
      const before = this.#find(target)
      const text = run()
      const after = this.#find(target)
      this.#audit({ at: by.now.toISOString(), actor: by.actor, action, target, before, after })
      if (after === undefined) throw new WeirError('internal.bug', 'the key is not there after its change')
      return { key: after, text }
    })
  }

  #find(id: string): Key | undefined {
    const row = this.#database.prepare('SELECT * FROM keys WHERE id = ?').get(id)
    return row === undefined ? undefined : toShown(toKey(row))
  }

  #audit({ at, actor, action, target, before, after }: AuditRow): void {
    this.#database
      .prepare('INSERT INTO audit (at, actor, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?)')
      .run(at, actor, action, target, toText(before), toText(after))
  }

  #transaction<T>(run: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = run()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk may have ended the transaction by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

function open(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS })
  try {
    prepare(database)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

function prepare(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'])
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  if (version > FORMAT_VERSION) throw new Error(`it has format version ${version}, newer than this weir`)
  if (tables.length > 0 && !tables.some(({ name }) => name === 'keys')) {
    throw new Error('it is a database of something else')
  }
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;')
  database.exec(SCHEMA)
  database.exec(`PRAGMA user_version = ${FORMAT_VERSION}`)
}

function toText(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}

type Row = Readonly<Record<string, unknown>>

function toKey(row: Row): HashedKey {
  const limits = parseJson(String(row['limits']))
  return {
    id: String(row['id']),
    hash: String(row['hash']),
    role: String(row['role']) as Role,
    name: String(row['name']),
    hint: String(row['hint']),
    createdAt: String(row['createdAt']),
    ...text(row, 'expiresAt'),
    ...text(row, 'revokedAt'),
    ...text(row, 'previousHash'),
    ...text(row, 'previousUntil'),
    limits: isRecord(limits) ? limits : {},
  }
}

function text<K extends string>(row: Row, name: K): { readonly [P in K]?: string } {
  return typeof row[name] === 'string' ? ({ [name]: row[name] } as { readonly [P in K]: string }) : {}
}

/** Without its hashes. */
export function toShown({ hash: _hash, previousHash: _previous, ...key }: HashedKey): Key {
  return key
}
