import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLog, SILENT } from '../telemetry/log.ts'
import { idsIn, outcome } from '../../e2e/store-support.ts'
import { readOutcomeStore } from './store-reader.ts'
import { openOutcomeStore } from './store.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-store-'))
  path = join(folder, 'outcomes.sqlite')
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the outcome store', () => {
  it('keeps rows in order, across batches and restarts', async () => {
    const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`)
    for (const part of [ids.slice(0, 37), ids.slice(37)]) {
      const store = await openOutcomeStore({ path, log: SILENT })
      for (const id of part) {
        store.append(outcome(id))
        if (id.endsWith('5')) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await store.close()
      expect(store.droppedRows).toBe(0)
    }
    expect(await idsIn(path)).toEqual(ids)
  })

  it('gives back what it was given, whatever the text', async () => {
    const store = await openOutcomeStore({ path, log: SILENT })
    const row = outcome('x', { messages: [{ role: 'user', content: 'line\nbreak "quote" \u2028 🌊 \\' }] })
    store.append(row)
    await store.close()
    const rows = []
    for await (const one of readOutcomeStore(path)) rows.push(one)
    expect(rows).toEqual([row])
  })

  it('drops and counts what does not fit, and says so once', async () => {
    const lines: string[] = []
    const log = createLog({ write: (line) => lines.push(line), now: () => new Date(0) })
    const store = await openOutcomeStore({ path, log, queueBytes: 2000 })
    for (let index = 0; index < 50; index += 1) store.append(outcome(`id-${index}`))
    await store.close()
    const kept = (await idsIn(path)).length
    expect(kept).toBeGreaterThan(0)
    expect(store.droppedRows).toBe(50 - kept)
    const said = lines.map((line): { event: string; rows: number } => JSON.parse(line))
    expect(said.map(({ event }) => event)).toEqual(['record.dropped', 'record.dropped'])
    expect(said.reduce((sum, { rows }) => sum + rows, 0)).toBe(50 - kept)
  })

  it('a row that comes twice is one row, and its neighbours are kept', async () => {
    const store = await openOutcomeStore({ path, log: SILENT })
    store.append(outcome('same'))
    store.append(outcome('same'))
    for (let index = 0; index < 40; index += 1) store.append(outcome(`id-${index}`))
    await store.close()
    expect(await idsIn(path)).toHaveLength(41)
    expect(store.droppedRows).toBe(0)
  })

  it('can be read while it is written', async () => {
    const store = await openOutcomeStore({ path, log: SILENT })
    store.append(outcome('a'))
    expect(await store.addFeedback({ decisionId: 'a', quality: 0.5, at: new Date() })).toBe('stored')
    expect(await idsIn(path)).toEqual(['a'])
    store.append(outcome('b'))
    await store.close()
    expect(await idsIn(path)).toEqual(['a', 'b'])
  })

  it('knows feedback without a decision, and decisions without an answer', async () => {
    const store = await openOutcomeStore({ path, log: SILENT })
    store.append(outcome('failed', { models: {} }))
    const judge = (decisionId: string): Promise<string> =>
      store.addFeedback({ decisionId, quality: 1, at: new Date() })
    expect(await judge('nobody')).toBe('no_decision')
    expect(await judge('failed')).toBe('no_answer')
    await store.close()
    expect(await judge('failed')).toBe('failed')
  })
})

describe('files that are no store', () => {
  it.each([
    [
      'a text file',
      async (): Promise<void> =>
        writeFile(path, 'not a database, and long enough to be read as one'.repeat(40)),
    ],
    [
      'a database of something else',
      async (): Promise<void> => {
        const database = new DatabaseSync(path)
        database.exec('CREATE TABLE accounts (id TEXT)')
        database.close()
      },
    ],
    [
      'a store of a newer weir',
      async (): Promise<void> => {
        await (await openOutcomeStore({ path, log: SILENT })).close()
        const database = new DatabaseSync(path)
        database.exec('PRAGMA user_version = 99')
        database.close()
      },
    ],
  ])('%s is refused on writing and on reading', async (_name, make) => {
    await make()
    await expect(openOutcomeStore({ path, log: SILENT })).rejects.toMatchObject({ code: 'config.value' })
    await expect(idsIn(path)).rejects.toMatchObject({ code: expect.stringMatching(/^data\./) })
  })

  it('a file that is not there is not made by reading', async () => {
    await expect(idsIn(join(folder, 'none.sqlite'))).rejects.toMatchObject({ code: 'data.unreadable' })
  })
})
