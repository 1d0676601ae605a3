import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { queryFromOutcome, type Outcome, type WeirError } from '@weir/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { splitLines, type Line } from './lines.ts'
import { createOutcomeHash, readOutcomes, writeOutcomes, type ReadOutcomesOptions } from './outcome-file.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outcomes-'))
})
afterEach(() => rm(folder, { recursive: true }))

const line = (id: string): string => JSON.stringify({ id, prompt: `é ${id}`, models: { m: { score: 1 } } })

async function put(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

async function ids(paths: readonly string[], options?: ReadOutcomesOptions): Promise<string[]> {
  const seen: string[] = []
  for await (const row of readOutcomes(paths, options)) seen.push(row.id)
  return seen
}

describe('readOutcomes', () => {
  it('reads BOM, CRLF, blank lines and a missing last newline', async () => {
    const path = await put('a.jsonl', `\uFEFF${line('1')}\r\n\r\n  \n${line('2')}\n${line('3')}`)
    expect(await ids([path])).toEqual(['1', '2', '3'])
  })

  it('knows gzip by its first bytes, joined members included, in any order of files', async () => {
    const gz = await put('a.txt', Buffer.concat([gzipSync(`${line('1')}\n`), gzipSync(`${line('2')}\n`)]))
    const plain = await put('b.gz', line('3'))
    expect(await ids([gz, plain])).toEqual(['1', '2', '3'])
  })

  it('gives nothing for an empty file', async () => {
    expect(await ids([await put('a', ''), await put('b', gzipSync(''))])).toEqual([])
  })

  it('names file and line of a bad row, or counts it with skipBad', async () => {
    const path = await put(
      'a.jsonl',
      `${line('1')}\n\n{"id":"x","models":{"m":{"score":2}}}\nnonsense\n${line('2')}`,
    )
    await expect(ids([path])).rejects.toThrow(/a\.jsonl:3: models\[m\]\.score must be/)
    const skipped: WeirError[] = []
    expect(await ids([path], { skipBad: true, onSkip: (error) => skipped.push(error) })).toEqual(['1', '2'])
    expect(skipped.map(({ code, message }) => [code, /:(\d+):/.exec(message)?.[1]])).toEqual([
      ['data.field', '3'],
      ['data.json', '4'],
    ])
  })

  it('says when bytes are not UTF-8', async () => {
    const path = await put('a.jsonl', Buffer.from(line('1'), 'utf16le'))
    await expect(ids([path])).rejects.toThrow(/a\.jsonl:1: the line is not UTF-8/)
  })

  it.each([
    ['a missing file', 'absent.jsonl', undefined, /no such file/],
    ['a folder', '.', undefined, /folder/],
    ['gzip cut off', 'cut.gz', gzipSync(line('1').repeat(100)).subarray(0, -9), /ends too early/],
    [
      'gzip damaged',
      'bad.gz',
      Buffer.concat([gzipSync('x').subarray(0, 12), Buffer.alloc(40, 7)]),
      /damaged/,
    ],
  ])('refuses %s with a remedy', async (_, name, content, message) => {
    const path = content === undefined ? join(folder, name) : await put(name, content)
    const reading = ids([path], { skipBad: true })
    await expect(reading).rejects.toThrow(message)
    await expect(reading).rejects.toMatchObject({ code: 'data.unreadable' })
  })

  it('stops early without leaving the file open', async () => {
    const path = await put('a.gz', gzipSync(`${line('1')}\n`.repeat(50_000)))
    for await (const row of readOutcomes([path])) {
      expect(row.id).toBe('1')
      break
    }
  })

  it('accepts exactly the roles that a query can be made from', async () => {
    const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function']
    const rows = roles.map((role) =>
      JSON.stringify({ id: role, messages: [{ role, content: 'x' }], models: { m: {} } }),
    )
    for await (const row of readOutcomes([await put('a', rows.join('\n'))])) {
      expect(queryFromOutcome(row)?.turns).toHaveLength(1)
    }
  })
})

describe('splitLines', () => {
  it('is the same for every way of cutting the bytes', async () => {
    const bytes = Buffer.from('ab\r\n\nçd\nlast')
    for (let size = 1; size <= bytes.length; size++) {
      const lines: Line[] = []
      for await (const one of splitLines(cut(bytes, size))) lines.push(one)
      expect(lines.map(({ number, bytes }) => [number, bytes?.toString()])).toEqual([
        [1, 'ab'],
        [3, 'çd'],
        [4, 'last'],
      ])
    }
  })

  it('gives an over-long line without its bytes and goes on', async () => {
    const lines: Line[] = []
    for await (const one of splitLines(cut(Buffer.from('12345\n123\n123456'), 2), 4)) lines.push(one)
    expect(lines.map(({ number, bytes }) => [number, bytes?.toString()])).toEqual([
      [1, undefined],
      [2, '123'],
      [3, undefined],
    ])
  })
})

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const rows: readonly Outcome[] = [
  { id: '1', prompt: 'a\nb', models: { m: { score: 0.5, costUsd: 0.01 } } },
  { id: '2', models: { m: {} } },
]

describe('writeOutcomes', () => {
  it.each(['out.jsonl', 'out.jsonl.gz'])('reads back: %s', async (name) => {
    const path = join(folder, name)
    await writeOutcomes(path, rows)
    const again: Outcome[] = []
    for await (const row of readOutcomes([path])) again.push(row)
    expect(again).toEqual(rows)
    expect(await readdir(folder)).toEqual([name])
    if (name.endsWith('.gz'))
      expect(gunzipSync(await import('node:fs').then((fs) => fs.readFileSync(path)))).toBeTruthy()
  })

  it('leaves the old file and no draft when the rows fail', async () => {
    const path = await put('out.jsonl', line('old'))
    const failing = readOutcomes([await put('bad', 'nonsense')])
    await expect(writeOutcomes(path, failing)).rejects.toMatchObject({ code: 'data.json' })
    expect(await ids([path])).toEqual(['old'])
    expect((await readdir(folder)).sort()).toEqual(['bad', 'out.jsonl'])
  })

  it('names a place that cannot be written', async () => {
    const attempt = writeOutcomes(join(folder, 'absent', 'out.jsonl'), rows)
    await expect(attempt).rejects.toMatchObject({ code: 'cli.write' })
  })
})

function hashOf(list: readonly Outcome[]): string {
  const hash = createOutcomeHash()
  for (const row of list) hash.update(row)
  return hash.digest()
}

describe('createOutcomeHash', () => {
  it('depends on content and order, not on spelling', async () => {
    expect(hashOf(rows)).toMatch(/^[0-9a-f]{64}$/)
    expect(hashOf(rows)).not.toBe(hashOf(rows.toReversed()))
    const spelled = await put(
      'a',
      '{ "models": {"m": {"costUsd": 1e-2, "score": 0.5}}, "extra": 1, "prompt": "a\\nb", "id": "1" }',
    )
    for await (const row of readOutcomes([spelled])) expect(hashOf([row])).toBe(hashOf(rows.slice(0, 1)))
  })
})
