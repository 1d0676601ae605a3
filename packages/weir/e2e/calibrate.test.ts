/** `weir calibrate` as a user runs it: fresh rows give new levels, the router stays; what is wrong is one message with a remedy. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadArtifact, type Artifact } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import { linesOf, plantedRows, weir, writePlanted } from './cli-support.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const load = async (name: string): Promise<Artifact> => loadArtifact(await readFile(at(name), 'utf8'))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-calibrate-'))
  await writePlanted(at('rows.jsonl'), { rows: 300, seed: 1 })
  await writePlanted(at('fresh.jsonl'), { rows: 400, seed: 2 })
  const { code, err } = await weir([
    'train',
    '--data',
    at('rows.jsonl'),
    '--small',
    'little',
    '--large',
    'big',
    '--out',
    at('a.weir'),
  ])
  expect([code, err]).toEqual([0, ''])
})
afterAll(() => rm(folder, { recursive: true }))

function calibrate(data: string, ...more: readonly string[]): ReturnType<typeof weir> {
  return weir(['calibrate', '--artifact', at('a.weir'), '--data', at(data), '--out', at('b.weir'), ...more])
}

function route(...mode: readonly string[]): ReturnType<typeof weir> {
  return weir(
    ['route', '--artifact', at('b.weir'), '--quality', '1', '--json', ...mode],
    'sum three numbers\n',
  )
}

describe('weir calibrate', () => {
  it('keeps the router, replaces the levels, and says what is proven', async () => {
    const { code, out, err } = await calibrate('fresh.jsonl', '--delta', '0.1')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('calibrated on 400 rows that training has not seen')
    expect(out).toContain('finite-sample guarantee')
    expect(out).toMatch(/1\.00 +not provable .*(needs about \d+ rows|no number of such rows would prove it)/)
    const [before, after] = [await load('a.weir'), await load('b.weir')]
    expect(after.estimator).toEqual(before.estimator)
    expect(before.calibration).toMatchObject({ source: 'cross-fitted', guarantee: 'asymptotic', delta: 0.05 })
    expect(after.calibration).toMatchObject({
      source: 'held-out',
      guarantee: 'finite-sample',
      rows: 400,
      delta: 0.1,
    })
    expect(after.calibration.levels.promise.length).toBe(101)
    expect(after.calibration.date).toMatch(/^\d{4}-\d\d-\d\d$/)
  })

  it('binds the router to another pair, whose promises are its own', async () => {
    const renamed = plantedRows({ rows: 400, seed: 2 }).map(({ models, ...row }) => ({
      ...row,
      models: { other: models['little'] ?? {}, big: models['big'] ?? {} },
    }))
    await writeOutcomes(at('other.jsonl'), renamed)
    const { code, err } = await calibrate('other.jsonl', '--small', 'other')
    expect([code, err]).toEqual([0, ''])
    expect(await load('b.weir')).toMatchObject({
      pair: { small: 'other', large: 'big' },
      training: { pair: { small: 'little', large: 'big' } },
      calibration: { rows: 400, guarantee: 'finite-sample' },
    })
    const same = await calibrate('other.jsonl', '--small', 'big')
    expect([same.code, same.err]).toEqual([2, expect.stringMatching(/both name big/)])
  })

  it('prints one JSON object, the same for the same rows and seed', async () => {
    const first = await calibrate('fresh.jsonl', '--json')
    const again = await calibrate('fresh.jsonl', '--json')
    expect([first.code, first.err]).toEqual([0, ''])
    expect(again.out).toBe(first.out)
    const { levels, calibration } = JSON.parse(first.out) as Record<string, unknown> & {
      levels: Record<string, { mode: string; quality: number }>[]
    }
    expect(calibration).not.toHaveProperty('levels')
    expect(levels.map(({ promise }) => promise?.quality)).toContain(0.95)
    expect(
      levels.every(({ promise, estimate }) => promise?.mode === 'promise' && estimate?.mode === 'estimate'),
    ).toBe(true)
  })

  it('route keeps to the mode asked for', async () => {
    await calibrate('fresh.jsonl')
    expect(JSON.parse((await route()).out)).toMatchObject({
      model: 'big',
      reason: 'level_not_provable',
      mode: 'promise',
      level: 1,
      confidence: null,
    })
    expect(JSON.parse((await route('--mode', 'estimate')).out)).toMatchObject({ mode: 'estimate', level: 1 })
  })
})

describe('weir calibrate, when something is wrong', () => {
  it.each([
    ['the rows of training', 'rows.jsonl', [], /rows that the artifact was trained on.*\[data\.seen\]/],
    ['too few rows', 'few.jsonl', [], /20 rows .*at least 50.*\[data\.too_few\]/],
    [
      'rows of other models',
      'others.jsonl',
      [],
      /no row has a score for both little and big.*\[data\.model\]/,
    ],
    ['another measure', 'f1.jsonl', [], /trained for the measure "score".*"f1".*\[artifact\.metric\]/],
    ['a delta that promises nothing', 'fresh.jsonl', ['--delta', '0.9'], /--delta.*at most 0\.5/],
  ])('%s: exit 2, one message, no artifact', async (_, data, more, message) => {
    await writePlanted(at('few.jsonl'), { rows: 20, seed: 3 })
    await writeOutcomes(
      at('f1.jsonl'),
      plantedRows({ rows: 60, seed: 4 }).map((row) => ({ ...row, metric: 'f1' })),
    )
    await writeFile(at('others.jsonl'), '{"id":"1","prompt":"x","models":{"other":{"score":1}}}\n')
    await rm(at('b.weir'), { force: true })
    const { code, out, err } = await calibrate(data, ...more)
    expect([code, out]).toEqual([2, ''])
    expect(linesOf(err).length).toBe(1)
    expect(err).toMatch(message)
    expect(await readdir(folder)).not.toContain('b.weir')
  })
})
