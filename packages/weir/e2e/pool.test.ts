/** A pool of four models on the command line: train, route, evaluate, calibrate, and one message for what cannot be. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPlantedPool, PLANTED_MODELS } from '@weir/core/suites'
import { loadArtifact } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import { linesOf, weir, type Ran } from './cli-support.ts'

let folder = ''
let trained: Ran
let two: Ran
const at = (name: string): string => join(folder, name)
const train = (...more: readonly string[]): readonly string[] => [
  'train',
  '--data',
  at('rows.jsonl'),
  ...more,
]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-pool-'))
  await writeOutcomes(at('rows.jsonl'), createPlantedPool({ rows: 400, seed: 1 }))
  trained = await weir(train('--models', 'dear,cheap,counter,writer', '--out', at('pool.weir'), '--json'))
  two = await weir(train('--models', 'cheap,dear', '--method', 'knn', '--out', at('two.weir')))
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir train --models', () => {
  it('orders the models by cost and says of each level what it costs and whom it asks', () => {
    expect([trained.code, trained.err]).toEqual([0, ''])
    const summary = JSON.parse(trained.out)
    expect(summary).toMatchObject({
      method: 'blend',
      models: PLANTED_MODELS,
      pool: { reference: 'dear', costUnit: 'usd' },
      training: { rows: 400 },
    })
    const { promise, estimate } = summary.levels[0]
    expect(Object.keys(estimate.shares)).toEqual(PLANTED_MODELS)
    const shares: number[] = Object.values(estimate.shares)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
    expect(estimate.meanCost).toBeLessThan(1e-3)
    expect(promise.meanCost).toBeGreaterThanOrEqual(estimate.meanCost)
  })

  it('prints tables of models and levels', () => {
    const { code, out } = two
    expect(code).toBe(0)
    expect(out).toContain('400 rows, seed 0')
    expect(out).toMatch(/\[1\] +cheap +0\.\d+ +\$0\.000010\n/)
    expect(out).toMatch(/\[2\] +dear .*reference/)
    expect(out).toMatch(/0\.95 +estimate +\$0\.\d+ +0\.\d+ +\d+% +\d+%/)
  })

  it('trains a pair by a method for pools, in the order named', async () => {
    const { code, out } = await weir(
      train(
        '--small',
        'dear',
        '--large',
        'cheap',
        '--method',
        'knn',
        '--out',
        at('pair.weir'),
        '--rows',
        '100',
        '--json',
      ),
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      models: ['dear', 'cheap'],
      pool: {
        reference: 'cheap',
        costUnit: 'calls',
        members: [
          { model: 'dear', meanCost: 0 },
          { model: 'cheap', meanCost: 1 },
        ],
      },
    })
    const artifact = loadArtifact(await readFile(at('pair.weir'), 'utf8'))
    expect(artifact.pair).toEqual({ small: 'dear', large: 'cheap' })
  })

  it.each([
    [['--models', 'cheap'], 'must name at least two models'],
    [['--models', 'cheap,cheap'], '"cheap" is named twice'],
    [['--models', 'cheap,dear', '--small', 'cheap'], 'leave out --small and --large'],
    [['--models', 'cheap,dear', '--method', 'trans'], '--method trans is for a pair'],
    [['--models', 'cheap,dear', '--policy', 'cascade'], '--policy cascade is trained for a pair'],
    [['--small', 'cheap'], 'or a pool with --models a,b,c'],
    [['--models', 'cheap,nobody'], '0 of 400 rows have text and a score for each of cheap, nobody'],
  ])('%j: %s', async (flags, message) => {
    const { code, err } = await weir(train(...flags, '--out', at('fault.weir')))
    expect(code).toBe(2)
    expect(linesOf(err).join('\n')).toContain(message)
  })
})

describe('weir route on a pool', () => {
  it('tells the ranking and what is believed of every model', async () => {
    const prompt = createPlantedPool({ rows: 1, seed: 1 })[0]?.prompt ?? ''
    const args = ['route', '--artifact', at('pool.weir'), '--quality', '0.95', '--mode', 'estimate']
    const { code, out } = await weir([...args, '--json'], `${prompt}\n`)
    expect(code).toBe(0)
    const decision = JSON.parse(out)
    expect(decision).toMatchObject({ reason: 'best_value', ranking: expect.any(Array) })
    expect(decision.ranking[0]).toBe(decision.model)
    expect(decision.estimates.map(({ model }: { model: string }) => model)).toEqual(PLANTED_MODELS)
    const text = await weir(args, `${prompt}\n`)
    expect(text.out).toMatch(/^\w+\tcheap 0\.\d\d \$0\.\d+, counter /)
  })
})

describe('weir probe', () => {
  it('adds a model from a few dozen rows and takes it out again', async () => {
    await writeOutcomes(at('probes.jsonl'), createPlantedPool({ rows: 50, seed: 7 }))
    const args = ['probe', '--artifact', at('two.weir'), '--data', at('probes.jsonl'), '--json']
    const added = await weir([...args, '--model', 'writer', '--out', at('three.weir')])
    expect([added.code, added.err]).toEqual([0, ''])
    const summary = JSON.parse(added.out)
    expect(summary).toMatchObject({
      models: ['cheap', 'writer', 'dear'],
      added: { model: 'writer', rows: 50, interval: [expect.any(Number), expect.any(Number)] },
      removed: null,
    })
    const [low, high] = summary.added.interval
    expect(low).toBeLessThan(summary.added.meanQuality)
    expect(high).toBeGreaterThan(summary.added.meanQuality)
    const out = ['probe', '--artifact', at('three.weir'), '--remove', 'writer', '--out', at('back.weir')]
    const removed = await weir(out)
    expect(removed.code).toBe(0)
    expect(removed.out).toContain('writer taken out')
  })

  it.each([
    [['--model', 'writer'], 'its rows with --data, or give --remove'],
    [['--remove', 'dear'], 'is the reference that levels are shares of'],
    [['--remove', 'cheap', '--model', 'x'], '--remove needs no --model'],
  ])('%j: %s', async (flags, message) => {
    const { code, err } = await weir([
      'probe',
      '--artifact',
      at('pool.weir'),
      ...flags,
      '--out',
      at('fault.weir'),
    ])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})

describe('weir calibrate on a pool', () => {
  it('proves the levels on fresh rows, those of a model added since with them', async () => {
    await writeOutcomes(at('fresh.jsonl'), createPlantedPool({ rows: 300, seed: 8 }))
    await writeOutcomes(at('probes2.jsonl'), createPlantedPool({ rows: 50, seed: 9 }))
    const probe = ['probe', '--artifact', at('two.weir'), '--data', at('probes2.jsonl'), '--model', 'writer']
    expect((await weir([...probe, '--out', at('four.weir')])).code).toBe(0)
    const args = ['calibrate', '--artifact', at('four.weir'), '--data', at('fresh.jsonl')]
    const { code, out, err } = await weir([...args, '--out', at('proven.weir'), '--json'])
    expect([code, err]).toEqual([0, ''])
    const { calibration, models, levels } = JSON.parse(out)
    expect(models).toEqual(['cheap', 'writer', 'dear'])
    expect(calibration).toMatchObject({ source: 'held-out', guarantee: 'finite-sample', rows: 300 })
    expect(levels[0].promise.shares.writer).toBeGreaterThan(0)
    const proven = loadArtifact(await readFile(at('proven.weir'), 'utf8'))
    expect(proven.pool?.unproven).toBeUndefined()
    const bound = await weir([...args, '--small', 'writer', '--out', at('fault.weir')])
    expect([bound.code, bound.err]).toEqual([2, expect.stringContaining('cannot be bound to a pair')])
  })
})

describe('weir transfer', () => {
  it('refuses an artifact of a pool and says what to do instead', async () => {
    const pair = ['--small', 'cheap', '--large', 'dear']
    const args = ['transfer', '--artifact', at('pool.weir'), '--data', at('rows.jsonl'), ...pair]
    const { code, err } = await weir(args)
    expect([code, err]).toEqual([2, expect.stringContaining('weir transfer is for pairs')])
  })
})

describe('weir evaluate on a pool', () => {
  it('replays rows at each level beside single models, chance and the oracle', async () => {
    await writeOutcomes(at('test.jsonl'), createPlantedPool({ rows: 200, seed: 12 }))
    const args = ['evaluate', '--artifact', at('pool.weir'), '--data', at('test.jsonl'), '--mode', 'estimate']
    const { code, out, err } = await weir([...args, '--json'])
    expect([code, err]).toEqual([0, ''])
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      rows: 200,
      rowsLeftOut: 0,
      reference: 'dear',
      costUnit: 'usd',
      mode: 'estimate',
    })
    expect(report.singles.map(({ model }: { model: string }) => model)).toEqual(PLANTED_MODELS)
    expect(report.oracle.quality).toBeGreaterThan(report.singles[3].quality)
    expect(report.warnings).toEqual(['Only 200 rows: read the intervals, not the numbers.'])
    const [first] = report.levels
    expect(first.cost).toBeLessThan(1e-3)
    expect(first.hullGain).toBeGreaterThan(0)
    const [low, high] = first.intervals.kept
    expect(low).toBeLessThan(first.kept)
    expect(high).toBeGreaterThan(first.kept)
    const text = await weir(args)
    expect(text.out).toMatch(/0\.80 +0\.\d+ +\d+\.\d% .* to .*%/)
    const page = await weir([...args, '--html', at('page.html')])
    expect([page.code, page.err]).toEqual([2, expect.stringContaining('weir compare --models draws pages')])
  })
})
