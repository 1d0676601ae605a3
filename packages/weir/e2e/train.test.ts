/** `weir train` as a user runs it: what it writes and prints, and one message with a remedy for everything that can be wrong. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRiver, decide, loadArtifact, queryFromPrompt } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import { finish, linesOf, plantedRows, start, weir, writePlanted } from './cli-support.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const PAIR = ['--small', 'little', '--large', 'big']

const train = (data: string, ...more: readonly string[]): readonly string[] => [
  '--data',
  at(data),
  ...PAIR,
  '--out',
  at('fault.weir'),
  ...more,
]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-train-'))
  await writePlanted(at('rows.jsonl'), { rows: 120, seed: 1 })
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir train', () => {
  it('writes an artifact that loads and decides, and prints what it learned', async () => {
    const { code, out, err } = await weir([
      'train',
      '--data',
      at('rows.jsonl'),
      ...PAIR,
      '--out',
      at('a.weir'),
    ])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('120 rows')
    expect(out).toMatch(/small little: mean quality 0\.\d+/)
    expect(out).toContain(`written to ${at('a.weir')}`)
    const artifact = loadArtifact(await readFile(at('a.weir'), 'utf8'))
    expect(artifact).toMatchObject({
      method: 'trans',
      pair: { small: 'little', large: 'big' },
      training: { rows: 120, seed: 0 },
    })
    const { model } = decide(createRiver(artifact), queryFromPrompt('hi'), { kind: 'quality', quality: 0.9 })
    expect(['little', 'big']).toContain(model)
  })

  it('prints one JSON object with --json', async () => {
    const args = ['--method', 'prob', '--rows', '80', '--seed', '3', '--json']
    const { code, out, err } = await weir([
      'train',
      '--data',
      at('rows.jsonl'),
      ...PAIR,
      ...args,
      '--out',
      at('j.weir'),
    ])
    expect([code, err]).toEqual([0, ''])
    expect(out.trimEnd().split('\n').length).toBe(1)
    const summary = JSON.parse(out) as Record<string, unknown> & { levels: Record<string, unknown>[] }
    expect(summary).toMatchObject({
      out: at('j.weir'),
      method: 'prob',
      pair: { small: 'little', large: 'big' },
      metric: 'score',
      training: { rows: 80, seed: 3, meanQuality: { small: expect.any(Number), large: expect.any(Number) } },
      relaxation: null,
      crossValidation: { apgr: expect.any(Number), auroc: expect.any(Number), logLoss: expect.any(Number) },
    })
    for (const { estimate, promise } of summary.levels) {
      expect(Object.keys(estimate as object).sort()).toEqual([
        'expectedCostAdvantage',
        'expectedQuality',
        'mode',
        'quality',
        'threshold',
      ])
      // What is provable has a threshold, what is not says how many rows it would take.
      expect(Object.hasOwn(promise as object, 'rowsNeeded')).toBe(
        (promise as { threshold: unknown }).threshold === null,
      )
    }
    expect(summary.levels.map(({ promise }) => promise)).toContainEqual(
      expect.objectContaining({ quality: 0.95 }),
    )
    expect(summary['calibration']).toMatchObject({ source: 'cross-fitted', delta: 0.05, rows: 80 })
  })

  it('gives the same bytes for the same rows and seed, from a file, gzip, or standard input', async () => {
    const trainFrom = async (data: string, name: string, more: readonly string[] = []): Promise<Buffer> => {
      const input = data === '-' ? await readFile(at('rows.jsonl'), 'utf8') : ''
      const { code, err } = await weir(['train', '--data', data, ...PAIR, ...more, '--out', at(name)], input)
      expect([code, err]).toEqual([0, ''])
      return readFile(at(name))
    }
    await writePlanted(at('rows.jsonl.gz'), { rows: 120, seed: 1 })
    const first = await trainFrom(at('rows.jsonl'), '1.weir')
    expect((await trainFrom(at('rows.jsonl.gz'), '2.weir')).equals(first)).toBe(true)
    expect((await trainFrom('-', '3.weir')).equals(first)).toBe(true)
    expect((await trainFrom(at('rows.jsonl'), '4.weir', ['--seed', '1'])).equals(first)).toBe(false)
  })

  it('leaves bad rows out when told to, naming each', async () => {
    await writeFile(at('some-bad.jsonl'), `{"id":"x"}\n${await readFile(at('rows.jsonl'), 'utf8')}not json\n`)
    const args = ['train', '--data', at('some-bad.jsonl'), ...PAIR, '--skip-bad', '--out', at('s.weir')]
    const { code, out, err } = await weir(args)
    expect(code).toBe(0)
    expect(out).toContain('120 rows')
    expect(linesOf(err).length).toBe(2)
    expect(err).toMatch(/some-bad\.jsonl:1: .*\n.*some-bad\.jsonl:122: /)
  })
})

describe('weir train, interrupted', () => {
  it('ends at once and leaves neither an artifact nor a part of one', async () => {
    await writePlanted(at('many.jsonl'), { rows: 12_000, seed: 1 })
    const child = start(['train', '--data', at('many.jsonl'), ...PAIR, '--out', at('never.weir')])
    const ending = finish(child)
    await delay(2000)
    child.kill('SIGINT')
    const { code, signal } = await ending
    expect(signal === 'SIGINT' || code === 130).toBe(true)
    expect((await readdir(folder)).filter((name) => /never|\.part$/.test(name))).toEqual([])
  })
})

describe('weir train, what is wrong and what to do', () => {
  beforeAll(async () => {
    const rows = plantedRows({ rows: 60, seed: 2 })
    const scored = (small: number, large: number): typeof rows =>
      rows.map((row) => ({ ...row, models: { little: { score: small }, big: { score: large } } }))
    await writeOutcomes(at('always.jsonl'), scored(1, 1))
    await writeOutcomes(at('never.jsonl'), scored(0, 1))
    await writeOutcomes(at('ten.jsonl'), rows.slice(0, 10))
    await writeFile(at('empty.jsonl'), '')
    await writeFile(at('syntax.jsonl'), `${JSON.stringify(rows[0])}\n{"id": "2", "prompt": "my secret"\n`)
    const secret = { id: '2', prompt: 'my secret', models: { little: { score: 7 }, big: { score: 1 } } }
    await writeFile(at('field.jsonl'), `${JSON.stringify(rows[0])}\n${JSON.stringify(secret)}\n`)
  })

  it.each<[string, () => readonly string[], RegExp]>([
    [
      'a file that is not there',
      () => train('absent.jsonl'),
      /absent\.jsonl.*no such file.*\[data\.unreadable\]/,
    ],
    [
      'a line that is not JSON',
      () => train('syntax.jsonl'),
      /syntax\.jsonl:2: not valid JSON.*\[data\.json\]/,
    ],
    [
      'a field that is wrong',
      () => train('field.jsonl'),
      /field\.jsonl:2: models\[little\]\.score must be a number from 0 to 1, not 7; .*--skip-bad \[data\.field\]/,
    ],
    ['a file without rows', () => train('empty.jsonl'), /no good row in .*empty\.jsonl.*\[data\.empty\]/],
    [
      'a model that is not in the data',
      () => ['--data', at('rows.jsonl'), '--small', 'tiny', '--large', 'big', '--out', at('fault.weir')],
      /tiny and big; models in the data: big \(120\), little \(120\).*--small and --large \[data\.model\]/,
    ],
    [
      'a small model that always does',
      () => train('always.jsonl'),
      /little is always .*use little alone.*\[data\.one_class\]/,
    ],
    [
      'a small model that never does',
      () => train('never.jsonl'),
      /little is never .*use big alone.*\[data\.one_class\]/,
    ],
    ['ten rows', () => train('ten.jsonl'), /10 rows .*at least 50.*collect more outcomes \[data\.too_few\]/],
    [
      'ten rows of many',
      () => train('rows.jsonl', '--rows', '10'),
      /10 rows .*at least 50.*\[data\.too_few\]/,
    ],
    [
      'a folder that is not there',
      () => ['--data', at('rows.jsonl'), ...PAIR, '--out', at('no/folder/a.weir')],
      /cannot write artifact .*a\.weir \(ENOENT\); name a file in a folder that exists.*\[artifact\.write\]/,
    ],
    [
      'a folder that is a file',
      () => ['--data', at('rows.jsonl'), ...PAIR, '--out', at('rows.jsonl/a.weir')],
      /cannot write artifact .*\[artifact\.write\]/,
    ],
    [
      'a folder in the place of the artifact',
      () => ['--data', at('rows.jsonl'), ...PAIR, '--out', folder],
      /cannot write artifact .*\(EISDIR\).*\[artifact\.write\]/,
    ],
    [
      'one model twice',
      () => ['--data', at('rows.jsonl'), '--small', 'big', '--large', 'big', '--out', at('fault.weir')],
      /--small and --large both name big; name two different models \[cli\.usage\]/,
    ],
    ['no --out', () => ['--data', at('rows.jsonl'), ...PAIR], /required option '--out <file>'/],
    ['no --data', () => [...PAIR, '--out', at('fault.weir')], /required option '--data <files\.\.\.>'/],
    [
      'a method there is not',
      () => train('rows.jsonl', '--method', 'gradient'),
      /Allowed choices are trans, prob, det/,
    ],
    [
      'a number of rows that is none',
      () => train('rows.jsonl', '--rows', 'many'),
      /--rows.*whole number above 0/,
    ],
    ['a seed that is none', () => train('rows.jsonl', '--seed', '1.5'), /--seed.*whole number/],
    ['an option there is not', () => train('rows.jsonl', '--frobnicate'), /unknown option '--frobnicate'/],
  ])('%s: exit code 2, one line, nothing written', async (_, args, message) => {
    const { code, out, err } = await weir(['train', ...args()])
    expect([code, out]).toEqual([2, ''])
    expect(err).toMatch(message)
    expect(linesOf(err).length).toBe(1)
    expect(err).not.toContain('secret')
    expect((await readdir(folder)).filter((name) => /fault|\.part$/.test(name))).toEqual([])
  })
})
