/** `weir compare` as a user runs it: what it prints and writes, and one message with a remedy for everything that can be wrong. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createPlantedPool, PLANTED_MODELS } from '@weir/core/suites'
import { POOL_METHODS } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ComparisonResult } from '../src/report/compare-result.ts'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import type { PoolResult } from '../src/report/pool-result.ts'
import { finish, linesOf, start, weir, writePlanted } from './cli-support.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const PAIR = ['--small', 'little', '--large', 'big']

const compare = (...more: readonly string[]): readonly string[] => [
  'compare',
  '--data',
  at('rows.jsonl'),
  ...PAIR,
  ...more,
]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-compare-'))
  await writePlanted(at('rows.jsonl'), { rows: 160, seed: 1 })
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir compare', () => {
  it('prints one JSON object with --json and writes the page with --html', async () => {
    const args = [
      '--methods',
      'trans,table',
      '--seeds',
      '2',
      '--rows',
      '60',
      '--json',
      '--html',
      at('r.html'),
    ]
    const { code, out, err } = await weir(compare(...args))
    expect([code, err]).toEqual([0, ''])
    const result = JSON.parse(out) as ComparisonResult
    expect(result).toMatchObject({
      pair: { small: 'little', large: 'big' },
      rows: 160,
      rowsRead: 160,
      plan: { kind: 'share', trainingShare: 0.5 },
      seeds: [1, 2],
      significance: 0.05,
      resamplingSeed: 1,
    })
    expect(result.splits.map(({ trainingRows }) => trainingRows)).toEqual([60, 60])
    expect(result.systems.map(({ name }) => name)).toEqual([
      'allSmall',
      'allLarge',
      'bestSingle',
      'bestPerTaskType',
      'randomMix',
      'oracle',
      'trans',
      'table',
    ])
    expect(result.tests.map(({ method, against }) => `${method} ${against}`)).toEqual([
      'table trans',
      'trans bestPerTaskType',
      'table bestPerTaskType',
    ])
    expect(await readFile(at('r.html'), 'utf8')).toContain('Which router, and is the difference real?')
  })

  it('prints the same twice, finding first, with folds', async () => {
    const args = compare('--methods', 'label', '--seeds', '1', '--folds', '2')
    const [first, second] = [await weir(args), await weir(args)]
    expect(first).toEqual(second)
    expect(first.out).toContain(
      '2 splits by question, 2 folds a seed, seed 1; 80 training rows and 80 tested rows a split',
    )
    expect(first.out).toContain('Against best per task type, which is told the category: ')
  })

  it('lists the methods, one a line, and needs nothing else for it', async () => {
    const { code, out } = await weir(['compare', '--list-methods'])
    expect(code).toBe(0)
    expect(out).toMatch(/^trans\nprob\ndet\n/)
    const names = out.trim().split('\n')
    expect(names.every((name) => /^[a-z0-9-]+$/.test(name))).toBe(true)
    expect(new Set(names).size).toBe(names.length)
    expect(names).toEqual(expect.arrayContaining(POOL_METHODS.map(({ name }) => name)))
  })
})

describe('weir compare --models', () => {
  it('compares over a pool: tables, one JSON object, a page with one chart a question', async () => {
    await writeOutcomes(at('pool.jsonl'), createPlantedPool({ rows: 200, seed: 1 }))
    const args = ['compare', '--data', at('pool.jsonl'), '--models', PLANTED_MODELS.join(), '--seeds', '1']
    const more = ['--label-shares', '0.7', '--stability', '--html', at('pool.html')]
    const { code, out, err } = await weir([...args, '--methods', 'knn', '--json', ...more])
    expect([code, err]).toEqual([0, ''])
    const result = JSON.parse(out) as PoolResult
    expect(result.models.map(({ model }) => model)).toEqual(PLANTED_MODELS)
    expect(result.systems.map(({ name }) => name)).toEqual([
      'random',
      'bestSingle',
      'hullOfSingles',
      'bestPerTaskType',
      'oracle',
      'knn',
    ])
    const page = await readFile(at('pool.html'), 'utf8')
    expect(page.match(/<h2>[^<]*\?<\/h2>/g)?.length).toBeGreaterThanOrEqual(5)
    expect(page.match(/<svg [^>]*role="img"/g)?.length).toBe(7)
    expect(page).not.toMatch(/NaN|undefined</)
    expect((await weir([...args, '--methods', 'knn'])).out).toContain('Against hull of singles, the best mix')
  })

  it('says what is wrong with the names', async () => {
    const both = await weir(compare('--models', 'little,big'))
    expect([both.code, both.err]).toEqual([2, expect.stringContaining('--models excludes --small')])
    const none = await weir(['compare', '--data', at('rows.jsonl')])
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('or a pool with --models')])
    const pair = await weir([
      'compare',
      '--data',
      at('rows.jsonl'),
      '--models',
      'little,big',
      '--methods',
      'trans',
    ])
    expect([pair.code, pair.err]).toEqual([2, expect.stringContaining('is not one for a pool')])
  })
})

describe('weir compare, interrupted', () => {
  it('ends at once and leaves no page nor a part of one', async () => {
    await writePlanted(at('many.jsonl'), { rows: 12_000, seed: 1 })
    const child = start(['compare', '--data', at('many.jsonl'), ...PAIR, '--html', at('never.html')])
    const ending = finish(child)
    await delay(2500)
    child.kill('SIGINT')
    const { code, signal } = await ending
    expect(signal === 'SIGINT' || code === 130).toBe(true)
    expect((await readdir(folder)).filter((name) => /never|\.part$/.test(name))).toEqual([])
  })
})

describe('weir compare, what is wrong and what to do', () => {
  it.each<[string, () => readonly string[], RegExp]>([
    [
      'an unknown method',
      () => compare('--methods', 'trans,tabl'),
      /no method "tabl"; did you mean "table"\?/,
    ],
    ['a method named twice', () => compare('--methods', 'det,det'), /"det" is named twice/],
    ['a share that is none', () => compare('--split', '1'), /above 0 and below 1/],
    ['one fold', () => compare('--folds', '1'), /at least 2/],
    [
      'two ways to split',
      () => compare('--folds', '5', '--split', '0.5'),
      /exclude each other.*\[cli\.usage\]/,
    ],
    [
      'folds that leave too little to test',
      () => compare('--folds', '10'),
      /would test 16 different texts.*\[data\.too_few\]/,
    ],
    ['too few rows to train on', () => compare('--rows', '20', '--seeds', '1'), /20 rows.*\[data\.too_few\]/],
    ['one model twice', () => [...compare(), '--large', 'little'], /both name little.*\[cli\.usage\]/],
    [
      'a model that is not in the data',
      () => ['compare', '--data', at('rows.jsonl'), '--small', 'tiny', '--large', 'big'],
      /tiny and big; models in the data: .*\[data\.model\]/,
    ],
    ['a page without a place', () => compare('--html', at('no/r.html')), /no\/r\.html.*\[cli\.write\]/],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await weir(args())
    expect([code, out]).toEqual([2, ''])
    expect(linesOf(err)).toHaveLength(1)
    expect(err).toMatch(message)
  })
})
