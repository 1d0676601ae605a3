/** What is deleted, what stays, and what is never written down. */
import { readFileSync, existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTextRedactor } from '../src/record/redact.ts'
import { prune } from '../src/record/retention.ts'
import { StoreFile } from '../src/record/store-file.ts'
import { openOutcomeStore } from '../src/record/store.ts'
import { readUsage } from '../src/record/usage-file.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { idsIn, lockStore, makeFolder, outcome, until, type TemporaryStore } from './store-support.ts'

let place: TemporaryStore
beforeEach(async () => {
  place = await makeFolder()
})
afterEach(() => place.remove())

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2026, 10, 22)

/** 40 rows a day for 50 days, the last one now; each with feedback. */
function fill(file: StoreFile): void {
  const lines = Array.from({ length: 2000 }, (_, i) => {
    const servedAt = new Date(NOW_MS - ((1999 - i) / 40) * DAY_MS).toISOString()
    return JSON.stringify(outcome(`id-${i}`, { servedAt }))
  })
  file.write(lines)
  for (let i = 0; i < 2000; i += 1) file.judge({ decisionId: `id-${i}`, model: 'small', quality: 1, at: 'x' })
}

const feedbackIn = ({ database }: StoreFile): number =>
  Number(database.prepare('SELECT count(*) AS n FROM feedback').get()?.['n'])

describe('retention', () => {
  it('deletes rows past their days, with feedback, but not before they are counted; usage stays', async () => {
    const file = new StoreFile({ path: place.path })
    fill(file)
    expect(prune(file, { days: 10 }, NOW_MS)).toBe(false)
    expect(await idsIn(place.path)).toHaveLength(2000)
    while (file.countRows());
    while (prune(file, { days: 10 }, NOW_MS));
    const left = await idsIn(place.path)
    expect(left).toHaveLength(401)
    expect(left[0]).toBe('id-1599')
    expect(feedbackIn(file)).toBe(401)
    file.close()
    expect(readUsage(place.path, { by: 'all' }).total.requests).toBe(2000)
    // Counts by hour go after 35 days, those by day do not.
    expect(readUsage(place.path, { by: 'hour' }).total.requests).toBeLessThan(1450)
    // So of a time before that whole days are read, rather than less than there was.
    const noon = new Date(NOW_MS - 44.5 * DAY_MS)
    expect(readUsage(place.path, { by: 'all', since: noon }).total.requests).toBe(1801)
    const recent = new Date(NOW_MS - 4.5 * DAY_MS)
    expect(readUsage(place.path, { by: 'all', since: recent }).total.requests).toBe(181)
  })

  it('deletes the oldest rows while the file is too large, gives pages back, and keeps the last row', async () => {
    const file = new StoreFile({ path: place.path })
    fill(file)
    while (file.countRows());
    const pages = (): number =>
      Number(Object.values(file.database.prepare('PRAGMA page_count').get() ?? {})[0])
    const before = pages()
    while (prune(file, { maxBytes: 1_048_576 }, NOW_MS));
    const left = await idsIn(place.path)
    expect(left.length).toBeLessThan(2000)
    expect(left.at(-1)).toBe('id-1999')
    expect(pages()).toBeLessThan(before)
    while (prune(file, { maxBytes: 1 }, NOW_MS));
    expect(await idsIn(place.path)).toEqual(['id-1999'])
    // The next row gets a number that is not counted yet.
    file.write([JSON.stringify(outcome('next'))])
    while (file.countRows());
    file.close()
    expect(readUsage(place.path, { by: 'all' }).total.requests).toBe(2001)
  })

  it('deletes no more than makes the file small enough, however large its rows are', async () => {
    const file = new StoreFile({ path: place.path })
    const text = 'x'.repeat(100_000)
    const lines = Array.from({ length: 40 }, (_, i) =>
      JSON.stringify(outcome(`id-${i}`, { messages: [{ role: 'user', content: text }] })),
    )
    file.write(lines)
    while (file.countRows());
    while (prune(file, { maxBytes: 2_200_000 }, NOW_MS));
    file.close()
    const left = await idsIn(place.path)
    expect(left.length).toBeGreaterThan(15)
    expect(left.length).toBeLessThan(23)
  })

  it('a row that says no time is as old as those around it, and keeps none of them', async () => {
    const file = new StoreFile({ path: place.path })
    const at = (day: number): string => new Date(NOW_MS - day * DAY_MS).toISOString()
    const times = ['no time', at(30), 'no time', at(20), 'no time', at(1), at(0)]
    file.write(times.map((servedAt, i) => JSON.stringify(outcome(`id-${i}`, { servedAt }))))
    while (file.countRows());
    expect(prune(file, { days: 10 }, NOW_MS)).toBe(false)
    file.close()
    expect(await idsIn(place.path)).toEqual(['id-4', 'id-5', 'id-6'])
  })

  it('without bounds nothing is deleted', async () => {
    const file = new StoreFile({ path: place.path })
    fill(file)
    while (file.countRows());
    expect(prune(file, {}, NOW_MS)).toBe(false)
    file.close()
    expect(await idsIn(place.path)).toHaveLength(2000)
  })

  it('the store does it by itself', async () => {
    const file = new StoreFile({ path: place.path })
    fill(file)
    while (file.countRows());
    file.close()
    const store = await openOutcomeStore({ path: place.path, log: SILENT, retention: { maxBytes: 1 } })
    await until(() => readUsage(place.path, { by: 'all' }).total.requests === 2000)
    while ((await idsIn(place.path)).length > 1) await new Promise((resolve) => setTimeout(resolve, 20))
    await store.close()
    expect(await idsIn(place.path)).toEqual(['id-1999'])
  })
})

const OPTIONS = { emails: true, keys: true, phones: true, patterns: [] }

describe('redaction', () => {
  it.each([
    ['mail anna.b+x@mail.example.co.uk now', 'mail [redacted] now'],
    ['key sk-proj-abcdefghij0123456789 end', 'key [redacted] end'],
    [`ours wk-${'a1B-_'.repeat(9).slice(2)} end`, 'ours [redacted] end'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def end', 'token [redacted] end'],
    ['call +49 (0)30 1234 5678, please', 'call [redacted], please'],
    ['in 2026 at 3.14159 and 12 of 14', 'in 2026 at 3.14159 and 12 of 14'],
  ])('%s', (text, wanted) => {
    expect(createTextRedactor(OPTIONS)(text)).toBe(wanted)
  })

  it('patterns of the operator; one that never ends withholds the text instead of storing it', () => {
    expect(createTextRedactor({ ...OPTIONS, patterns: ['case-\\d+'] })('see case-42.')).toBe(
      'see [redacted].',
    )
    const slow = createTextRedactor({ ...OPTIONS, patterns: ['(a+)+$'] })
    expect(slow(`${'a'.repeat(50)}b`)).toMatch(/^\[withheld/)
    expect(slow('harmless')).toBe('harmless')
  })

  it('reaches neither the store nor the spool, and leaves ids, models and numbers alone', async () => {
    const text = 'write to canary@secret.example'
    const store = await openOutcomeStore({
      path: place.path,
      log: SILENT,
      redact: { ...OPTIONS, phones: true },
    })
    const row = (id: string) =>
      outcome(id, {
        messages: [{ role: 'user', content: [{ type: 'text', text }] }],
        models: { 'm@x.example': { response: text, latencyMs: 123_456_789 } },
      })
    store.append(row('one'))
    expect((await store.find('one'))?.models).toEqual({
      'm@x.example': { response: 'write to [redacted]', latencyMs: 123_456_789 },
    })
    const lock = await lockStore(place.path)
    store.append(row('two'))
    await until(() => existsSync(`${place.path}.spool`))
    expect(readFileSync(`${place.path}.spool`, 'utf8')).toContain('write to [redacted]')
    await store.close()
    await lock.release()
    const bytes = [place.path, `${place.path}-wal`, `${place.path}.spool`]
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'latin1'))
      .join('')
    expect(bytes).not.toContain('canary@secret')
  })
})
