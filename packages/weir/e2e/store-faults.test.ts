/** The outcome store when the disk does not play along: nothing that was acknowledged is lost, and nothing is there twice. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, symlinkSync, truncateSync, unlinkSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openOutcomeStore, type OutcomeStore } from '../src/record/store.ts'
import { createLog, SILENT } from '../src/telemetry/log.ts'
import {
  idsIn,
  lockStore,
  makeFolder,
  mountSmallDisk,
  outcome,
  startScript,
  until,
  type TemporaryStore,
} from './store-support.ts'

let place: TemporaryStore
beforeEach(async () => {
  place = await makeFolder()
})
afterEach(() => place.remove())

const idsFrom = (start: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `id-${start + index}`)

function appendAll(store: OutcomeStore, ids: readonly string[]): void {
  for (const id of ids) store.append(outcome(id))
}

const judge = (store: OutcomeStore, decisionId: string): Promise<string> =>
  store.addFeedback({ decisionId, quality: 0.25, at: new Date(0) })

function countOf(path: string): Record<string, unknown> {
  const database = new DatabaseSync(path, { readOnly: true })
  const sums =
    "SELECT sum(requests) AS requests, sum(calls) AS calls FROM usage WHERE span = 'day' AND dimension = 'all'"
  const row = {
    ...database.prepare(sums).get(),
    feedback: database.prepare('SELECT count(*) n FROM feedback').get()?.['n'],
  }
  database.close()
  return row
}

describe('a store that another process has locked', () => {
  it('spools rows and feedback, answers about them, and catches up in order', async () => {
    const lines: string[] = []
    const log = createLog({ write: (line) => lines.push(line), now: () => new Date(0) })
    const store = await openOutcomeStore({ path: place.path, log })
    appendAll(store, idsFrom(0, 20))
    expect(await judge(store, 'id-3')).toBe('stored')
    const lock = await lockStore(place.path)
    appendAll(store, idsFrom(20, 50))
    await until(() => store.trouble !== undefined)
    expect(await judge(store, 'id-30')).toBe('stored')
    expect(await judge(store, 'nobody')).toBe('no_decision')
    expect((await store.find('id-31'))?.id).toBe('id-31')
    expect(readFileSync(`${place.path}.spool`, 'utf8')).toContain('"id-30"')
    appendAll(store, idsFrom(70, 10))
    await lock.release()
    await until(() => store.trouble === undefined)
    appendAll(store, idsFrom(80, 5))
    await store.close()
    expect(await idsIn(place.path)).toEqual(idsFrom(0, 85))
    expect(existsSync(`${place.path}.spool`)).toBe(false)
    expect(countOf(place.path)).toEqual({ requests: 85, calls: 85, feedback: 2 })
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'record.spooling',
      'record.recovered',
    ])
  })

  it('does not keep the gateway from starting, and what it spooled is there after a restart', async () => {
    await (await openOutcomeStore({ path: place.path, log: SILENT })).close()
    const lock = await lockStore(place.path)
    const store = await openOutcomeStore({ path: place.path, log: SILENT })
    appendAll(store, idsFrom(0, 30))
    expect(await judge(store, 'id-7')).toBe('stored')
    await store.close()
    expect(store.droppedRows).toBe(0)
    await lock.release()
    const next = await openOutcomeStore({ path: place.path, log: SILENT })
    appendAll(next, ['later'])
    await next.close()
    expect(await idsIn(place.path)).toEqual([...idsFrom(0, 30), 'later'])
    expect(countOf(place.path)).toEqual({ requests: 31, calls: 31, feedback: 1 })
  })
})

describe('a full disk', () => {
  it('SQLite says full: rows wait in the spool until there is room', async () => {
    const store = await openOutcomeStore({ path: place.path, log: SILENT, maxPages: 40 })
    const ids = idsFrom(0, 1000)
    appendAll(store, ids)
    await until(() => store.trouble !== undefined)
    expect(store.trouble).toMatch(/full/)
    expect(await judge(store, 'id-999')).toBe('stored')
    await store.close()
    expect(store.droppedRows).toBe(0)
    const roomy = await openOutcomeStore({ path: place.path, log: SILENT })
    await roomy.close()
    expect(await idsIn(place.path)).toEqual(ids)
    expect(countOf(place.path)).toEqual({ requests: 1000, calls: 1000, feedback: 1 })
  })

  it('the spool is full as well: rows wait in memory, then are refused and counted; what was taken is kept', async () => {
    symlinkSync('/dev/full', `${place.path}.spool`)
    const store = await openOutcomeStore({ path: place.path, log: SILENT, queueBytes: 20_000 })
    const lock = await lockStore(place.path)
    appendAll(store, idsFrom(0, 10))
    await until(() => store.trouble !== undefined)
    expect(await judge(store, 'id-4')).toBe('failed')
    expect((await store.find('id-4'))?.id).toBe('id-4')
    appendAll(store, idsFrom(10, 100))
    const refused = store.droppedRows
    expect(refused).toBeGreaterThan(50)
    unlinkSync(`${place.path}.spool`)
    await lock.release()
    await until(() => store.trouble === undefined)
    await store.close()
    expect(store.droppedRows).toBe(refused)
    expect(await idsIn(place.path)).toEqual(idsFrom(0, 110 - refused))
  })

  it('a real small disk, where it can be mounted', async ({ skip }) => {
    if (!mountSmallDisk(place.folder, '400k')) return skip('no privilege to mount')
    try {
      const store = await openOutcomeStore({ path: place.path, log: SILENT, queueBytes: 10_000_000 })
      appendAll(store, idsFrom(0, 2000))
      await until(() => store.trouble !== undefined)
      execFileSync('mount', ['-o', 'remount,size=40m', place.folder])
      await until(() => store.trouble === undefined)
      await store.close()
      expect(store.droppedRows).toBe(0)
      expect(await idsIn(place.path)).toEqual(idsFrom(0, 2000))
    } finally {
      execFileSync('umount', [place.folder])
    }
  })
})

const moduleUrl = (path: string): string => new URL(path, import.meta.url).href

/** Appends rows without end and prints the id of each whose feedback was answered "stored". */
const script = (path: string): string => `
    import { openOutcomeStore } from '${moduleUrl('../src/record/store.ts')}'
    import { SILENT } from '${moduleUrl('../src/telemetry/log.ts')}'
    import { outcome } from '${moduleUrl('./store-support.ts')}'
    const store = await openOutcomeStore({ path: ${JSON.stringify(path)}, log: SILENT })
    for (let i = 0; ; i += 1) {
      store.append(outcome('id-' + i))
      if (i % 10 === 0 && (await store.addFeedback({ decisionId: 'id-' + i, quality: 0.5, at: new Date(0) })) === 'stored')
        process.stdout.write('id-' + i + '\\n')
    }
  `

describe('kill -9', () => {
  it.each([
    ['while it writes', false],
    ['while it spools', true],
  ])('%s: every acknowledged row is there once', async (_name, isLocked) => {
    await (await openOutcomeStore({ path: place.path, log: SILENT })).close()
    const lock = isLocked ? await lockStore(place.path) : undefined
    const child = await startScript(script(place.path))
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await until(() => said.length > 1500)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await ended
    await lock?.release()
    await (await openOutcomeStore({ path: place.path, log: SILENT })).close()
    const ids = await idsIn(place.path)
    const acknowledged = said.split('\n').slice(0, -1)
    expect(acknowledged.length).toBeGreaterThan(100)
    expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([])
    expect(ids).toEqual(idsFrom(0, ids.length))
    expect(countOf(place.path)['requests']).toBe(ids.length)
    expect(countOf(place.path)['feedback']).toBeGreaterThanOrEqual(acknowledged.length)
  })

  it('a line that was cut off in the spool is no row, and those before it are', async () => {
    const lock = await lockStore(place.path)
    const store = await openOutcomeStore({ path: place.path, log: SILENT })
    appendAll(store, idsFrom(0, 5))
    await store.close()
    const spool = `${place.path}.spool`
    truncateSync(spool, statSync(spool).size - 20)
    await lock.release()
    await (await openOutcomeStore({ path: place.path, log: SILENT })).close()
    expect(await idsIn(place.path)).toEqual(idsFrom(0, 4))
  })
})

describe('a store that cannot be written', () => {
  it('is refused at the start when it is read-only', async () => {
    await (await openOutcomeStore({ path: place.path, log: SILENT })).close()
    // A write version of the file format that SQLite does not know: it then reads only, whoever asks, root included.
    const { openSync, writeSync, closeSync } = await import('node:fs')
    const file = openSync(place.path, 'r+')
    writeSync(file, Buffer.from([3]), 0, 1, 18)
    closeSync(file)
    await expect(openOutcomeStore({ path: place.path, log: SILENT })).rejects.toMatchObject({
      code: 'config.value',
    })
  })
})

describe('the format version', () => {
  it('a store of version 1 is taken over: rows stay, new ones follow, and all are counted', async () => {
    const database = new DatabaseSync(place.path)
    database.exec(`
      CREATE TABLE outcomes (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, row TEXT NOT NULL);
      CREATE TABLE feedback (decisionId TEXT NOT NULL, model TEXT NOT NULL, quality REAL NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (decisionId, model)) WITHOUT ROWID;
      PRAGMA user_version = 1;`)
    const insert = database.prepare('INSERT INTO outcomes (id, row) VALUES (?, ?)')
    for (const id of idsFrom(0, 600)) insert.run(id, JSON.stringify(outcome(id)))
    database
      .prepare('INSERT INTO feedback VALUES (?, ?, ?, ?)')
      .run('id-1', 'small', 1, '2026-11-21T12:00:00.000Z')
    database.close()
    expect(await idsIn(place.path)).toHaveLength(600)
    const store = await openOutcomeStore({ path: place.path, log: SILENT })
    appendAll(store, idsFrom(600, 10))
    await until(() => countOf(place.path)['requests'] === 610)
    await store.close()
    expect(await idsIn(place.path)).toEqual(idsFrom(0, 610))
    expect(countOf(place.path)).toEqual({ requests: 610, calls: 610, feedback: 1 })
    const again = await openOutcomeStore({ path: place.path, log: SILENT })
    await again.close()
    expect(countOf(place.path)['requests']).toBe(610)
  })
})
