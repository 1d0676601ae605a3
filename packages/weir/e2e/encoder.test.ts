/** Word vectors from the command line: trained, trained with, measured, routed with; refused where they do not fit. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadArtifact } from '@weir/core'
import { PLANTED_PAIR } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weir, writePlanted, type Ran } from './cli-support.ts'

let folder = ''
let trained: Ran
const at = (name: string): string => join(folder, name)
const PAIR = ['--small', PLANTED_PAIR.small, '--large', PLANTED_PAIR.large]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-encoder-'))
  await writePlanted(at('rows.jsonl'), { rows: 150, seed: 1 })
  const made = await weir([
    'train-encoder',
    '--data',
    at('rows.jsonl'),
    '--out',
    at('enc.json'),
    '--dimension',
    '16',
    '--json',
  ])
  expect(made.err).toBe('')
  expect(JSON.parse(made.out)).toMatchObject({ texts: 150, out: at('enc.json') })
  const training = ['train', '--data', at('rows.jsonl'), ...PAIR, '--out', at('with.weir')]
  trained = await weir([...training, '--encoder', at('enc.json'), '--json'])
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir train-encoder', () => {
  it('gives the same bytes again, from plain text too', async () => {
    const rows = (await readFile(at('rows.jsonl'), 'utf8')).trim().split('\n')
    const texts = rows.map((row) => (JSON.parse(row) as { prompt: string }).prompt)
    await writeFile(at('texts.txt'), texts.join('\n'))
    const { code } = await weir([
      'train-encoder',
      '--data',
      at('texts.txt'),
      '--out',
      at('again.json'),
      '--dimension',
      '16',
    ])
    expect(code).toBe(0)
    expect(await readFile(at('again.json'), 'utf8')).toBe(await readFile(at('enc.json'), 'utf8'))
  })

  it.each([
    [['--data', 'missing.txt'], /data\.unreadable/],
    [['--data', 'x.txt', '--dimension', '1'], /from 2 to 512/],
  ])('%j is refused', async (more, message) => {
    const { code, err } = await weir(['train-encoder', '--out', at('no.json'), ...more])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })
})

describe('--encoder', () => {
  it('trains an artifact that names its word vectors', async () => {
    expect(trained.code).toBe(0)
    const { encoder } = loadArtifact(await readFile(at('with.weir'), 'utf8'))
    expect(encoder.embedding).toMatchObject({ name: 'words', model: at('enc.json') })
  })

  it('routes and measures with them', async () => {
    const given = ['--artifact', at('with.weir'), '--encoder', at('enc.json')]
    const routed = await weir(['route', ...given, '--quality', '0.9', '--json'], 'What is 2 + 2?\n')
    expect(JSON.parse(routed.out)).toMatchObject({ score: expect.any(Number) as number })
    await writePlanted(at('fresh.jsonl'), { rows: 60, seed: 2 })
    const measured = await weir(['evaluate', ...given, '--data', at('fresh.jsonl'), '--json'])
    expect(measured.code).toBe(0)
  })

  it.each([
    ['without it', () => []],
    ['with a file that is none', () => ['--encoder', at('rows.jsonl')]],
    ['with a file that is not there', () => ['--encoder', at('nowhere')]],
    ['with an upstream without a model', () => ['--encoder', 'http://127.0.0.1:1/v1']],
  ])('is refused %s', async (_, more) => {
    const { code, err } = await weir(['route', '--artifact', at('with.weir'), '--quality', '0.9', ...more()])
    expect(code).toBe(2)
    expect(err).toMatch(/artifact\.encoder|artifact\.unreadable|cli\.usage/)
  })
})
