import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openCache } from './cache.ts'

let directory = ''
beforeEach(async () => void (directory = await mkdtemp(join(tmpdir(), 'weir-demo-'))))
afterEach(() => rm(directory, { recursive: true }))

const rows = [{ id: 'a', prompt: 'p', models: { m: { score: 1 } } }]

it('gives back what was saved, and leaves nothing else', async () => {
  const cache = await openCache(join(directory, 'deep', 'down'))
  await cache.saveRows('outcomes', rows)
  await cache.saveText('artifact.json', '{}')
  expect(await cache.loadRows('outcomes')).toEqual(rows)
  expect(await cache.loadText('artifact.json')).toBe('{}')
  expect((await readdir(cache.directory)).sort()).toEqual(['artifact.json', 'outcomes.jsonl.gz'])
})

it('has nothing when nothing was saved or the file is damaged', async () => {
  const cache = await openCache(directory)
  expect(await cache.loadRows('outcomes')).toBeUndefined()
  expect(await cache.loadText('artifact.json')).toBeUndefined()
  await writeFile(join(directory, 'outcomes.jsonl.gz'), 'no gzip, no rows')
  expect(await cache.loadRows('outcomes')).toBeUndefined()
})

it('says where it cannot write', async () => {
  await writeFile(join(directory, 'file'), '')
  await expect(openCache(join(directory, 'file', 'below'))).rejects.toMatchObject({ code: 'cli.write' })
})
