/**
 * The journey of an artifact through the command line: train, evaluate, route, on rows made here. What `evaluate` reports must be what
 * `route` decides, and the JSON must have the fields that scripts rely on.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { averagePgr, createQualityCurve, createRng, type Outcome } from '@weir/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeOutcomes } from '../src/record/outcome-file.ts'
import type { Evaluation } from '../src/report/evaluation.ts'

const BIN = join(import.meta.dirname, '../bin/weir.js')

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function weir(args: readonly string[], input = ''): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [BIN, ...args], { maxBuffer: 2 ** 28 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
    child.stdin?.end(input)
  })
}

/** Sums that the small model can do, and proofs that it can seldom do; the large one does most of both. */
function makeRows(count: number, seed: number): readonly Outcome[] {
  const rng = createRng(seed)
  const right = (chance: number): number => (rng.next() < chance ? 1 : 0)
  return Array.from({ length: count }, (_, i): Outcome => {
    const isSum = rng.next() < 0.6
    const [a, b] = [rng.int(900), rng.int(900)]
    return {
      id: `${seed}-${i}`,
      category: isSum ? 'sums' : 'proofs',
      prompt: isSum
        ? `What is the sum of ${a} and ${b}?`
        : `Prove that the theorem number ${a} holds for every group of order ${b}.`,
      models: {
        little: { score: right(isSum ? 0.9 : 0.2), costUsd: 0.001 },
        big: { score: right(0.9), costUsd: 0.02 },
      },
    }
  })
}

let folder = ''
const at = (name: string): string => join(folder, name)
const held = makeRows(500, 2)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-evaluate-'))
  await writeOutcomes(at('train.jsonl.gz'), makeRows(500, 1))
  await writeOutcomes(at('held.jsonl'), held)
  const pair = ['--small', 'little', '--large', 'big', '--seed', '1']
  const { code, err } = await weir(['train', '--data', at('train.jsonl.gz'), ...pair, '--out', at('a.weir')])
  if (code !== 0) throw new Error(err)
})
afterAll(() => rm(folder, { recursive: true }))

describe('weir evaluate', () => {
  it('reports what route decides, with the fields that scripts rely on', async () => {
    const files = ['--artifact', at('a.weir'), '--data', at('held.jsonl')]
    const { code, out } = await weir(['evaluate', ...files, '--json', '--html', at('report.html')])
    expect(code).toBe(0)
    const evaluation = JSON.parse(out) as Evaluation
    expect(evaluation).toMatchObject({
      rows: 500,
      small: { model: 'little' },
      large: { model: 'big' },
      baselines: { bestSingle: { model: 'big' }, random: { apgr: 0.5 } },
      undefinedBecause: {},
      warnings: [],
    })
    expect(Object.keys(evaluation.costAdvantageAtDrop)).toEqual(['0', '0.01', '0.02', '0.05'])
    expect(evaluation.small.costUsd).toBeCloseTo(0.001, 9)
    expect(evaluation.apgr).toBeGreaterThan(0.6)
    expect(evaluation.meanGap.small).toBeGreaterThan(evaluation.meanGap.large ?? 1)
    expect(await readFile(at('report.html'), 'utf8')).toContain('Asked to keep 95%')

    const prompts = held.map(({ prompt }) => JSON.stringify({ prompt })).join('\n')
    const routed = await weir(['route', '--artifact', at('a.weir'), '--quality', '0.95', '--json'], prompts)
    const decisions = routed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly model: string; readonly score: number })
    const kept = decisions.filter(({ model }) => model === 'little').length / held.length
    expect(evaluation.levels.find(({ asked }) => asked === 0.95)?.costAdvantage).toBeCloseTo(kept, 12)
    const curve = createQualityCurve({
      scores: decisions.map(({ score }) => score),
      small: held.map(({ models }) => models['little']?.score ?? Number.NaN),
      large: held.map(({ models }) => models['big']?.score ?? Number.NaN),
    })
    expect(evaluation.apgr).toBeCloseTo(averagePgr(curve) ?? Number.NaN, 9)
  })

  it('prints the finding first and warns of training rows', async () => {
    const { code, out } = await weir(['evaluate', '--artifact', at('a.weir'), '--data', at('train.jsonl.gz')])
    expect(code).toBe(0)
    expect(out).toMatch(/Asked to keep 95% of the large model's quality/)
    expect(out).toContain('warning: These are the very rows the artifact was trained on')
  })

  it('fits the task-type table on training rows when told to', async () => {
    const files = ['--artifact', at('a.weir'), '--data', at('held.jsonl'), '--training', at('train.jsonl.gz')]
    const { out } = await weir(['evaluate', ...files, '--json'])
    expect(JSON.parse(out)).toMatchObject({
      baselines: { taskTable: { fittedOn: 'training rows', types: 2 } },
    })
  })

  it('names the models that exist when the pair is not in the data', async () => {
    await writeOutcomes(at('other.jsonl'), [{ id: '1', prompt: 'x', models: { middle: { score: 1 } } }])
    const { code, err } = await weir(['evaluate', '--artifact', at('a.weir'), '--data', at('other.jsonl')])
    expect(code).toBe(2)
    expect(err).toMatch(/no row has scores of both little and big.*scores of middle.*\[data\.model\]/)
  })
})
