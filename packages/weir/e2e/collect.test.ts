import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Outcome } from '@weir/core'
import { startModelServer, type ModelServer } from '../src/demo/model-server.ts'
import { linesOf, weir } from './cli-support.ts'

/** Adds up to 10 only; the large one adds everything; the judge thinks every third answer poor. */
const REPLIES: Readonly<Record<string, (prompt: string) => string>> = {
  little: (prompt) => `The answer is ${Math.min(10, sumOf(prompt))}.`,
  big(prompt) {
    if (prompt.includes('break')) throw new Error('closes the connection')
    return `Adding up, the answer is ${sumOf(prompt)}.`
  },
  judge: (prompt) => `Grade: ${sumOf(prompt) % 3 === 0 ? 2 : 9}`,
}

function sumOf(prompt: string): number {
  return [...prompt.matchAll(/(\d+) and (\d+)/g)].reduce((sum, [, a, b]) => sum + Number(a) + Number(b), 0)
}

const asked: string[] = []
const servers: ModelServer[] = []
let folder = ''
let config = ''

beforeAll(async () => {
  for (const [model, reply] of Object.entries(REPLIES)) {
    const answer = (prompt: string): { text: string; tried: number } => {
      asked.push(`${model} ${prompt}`)
      return { text: reply(prompt), tried: 1 }
    }
    servers.push(await startModelServer({ model, reply: answer }, { msPerToken: 0 }))
  }
})
afterAll(() => Promise.all(servers.map((server) => server.close())))

beforeEach(async () => {
  asked.length = 0
  folder = await mkdtemp(join(tmpdir(), 'weir-collect-'))
  config = join(folder, 'weir.yaml')
  const models = Object.keys(REPLIES).map(
    (model, i) =>
      `  ${model}:\n    baseUrl: ${servers[i]?.url}\n    inputUsdPerMTok: 1000\n    outputUsdPerMTok: 10000\n`,
  )
  await writeFile(config, `models:\n${models.join('')}`)
})
afterEach(() => rm(folder, { recursive: true }))

const questions = (count: number): string =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: `q${i}`, prompt: `Add ${i} and ${i}`, reference: 2 * i, category: 'sums' }),
  ).join('\n')

async function collect(text: string, ...args: readonly string[]): ReturnType<typeof weir> {
  const file = join(folder, 'questions.jsonl')
  await writeFile(file, text)
  const out = join(folder, 'outcomes.jsonl')
  return weir([
    'collect',
    '--config',
    config,
    '--questions',
    file,
    '--out',
    out,
    '--models',
    'little,big',
    ...args,
  ])
}

async function rows(): Promise<readonly Outcome[]> {
  const text = await readFile(join(folder, 'outcomes.jsonl'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('weir collect', () => {
  it('writes rows that weir reads, graded against the reference, from a configuration without an artifact', async () => {
    const { code, out, err } = await collect(questions(12), '--grade', 'number')
    expect(err).toBe('')
    expect(code).toBe(0)
    expect(out).toContain('12 rows')
    expect(out).toContain('little: 0.500')
    expect(out).toContain('big: 1.000')
    const row = (await rows()).find(({ id }) => id === 'q7')
    expect(row).toMatchObject({ metric: 'final answer, number', category: 'sums', prompt: 'Add 7 and 7' })
    expect(row?.models).toMatchObject({
      little: { score: 0, response: 'The answer is 10.' },
      big: { score: 1, costUsd: expect.any(Number), latencyMs: expect.any(Number) },
    })
    const read = await weir(['outcomes', join(folder, 'outcomes.jsonl'), '--json'])
    expect(JSON.parse(read.out)).toMatchObject({ rows: 12 })
  })

  it('goes on where it was stopped, also behind a line that was cut off', async () => {
    await collect(questions(4), '--grade', 'number')
    const file = join(folder, 'outcomes.jsonl')
    const text = await readFile(file, 'utf8')
    const [cut = ''] = text.trimEnd().split('\n').slice(-1)
    await writeFile(file, text.slice(0, -10))
    asked.length = 0
    const { out } = await collect(questions(6), '--grade', 'number', '--json')
    expect(JSON.parse(out)).toMatchObject({ rows: 6, asked: 3, failed: 0 })
    const wanted = [JSON.parse(cut).prompt, 'Add 4 and 4', 'Add 5 and 5']
    expect(new Set(asked)).toEqual(new Set(wanted.flatMap((one) => [`little ${one}`, `big ${one}`])))
    expect(new Set((await rows()).map(({ id }) => id))).toEqual(new Set(['q0', 'q1', 'q2', 'q3', 'q4', 'q5']))
  })

  it('has a judge grade, draws several samples, and stops when the money is spent', async () => {
    const { out } = await collect(
      questions(40),
      '--judge',
      'judge',
      '--samples',
      '2',
      '--max-usd',
      '0.5',
      '--json',
    )
    const summary = JSON.parse(out)
    expect(summary).toMatchObject({ isCapped: true, failed: 0 })
    expect(summary.costUsd).toBeGreaterThanOrEqual(0.5)
    expect(summary.rows).toBeLessThan(40)
    const [row] = await rows()
    expect(row).toMatchObject({ metric: 'judge judge' })
    expect(row?.models['big']?.samples).toHaveLength(2)
    expect([0.2, 0.9]).toContain(row?.models['big']?.samples?.[0]?.score)
  })

  it('leaves out a question that a model fails on, and ends when it fails on all', async () => {
    const one = await collect(
      `${questions(3)}\n{"prompt": "break it", "reference": "1"}`,
      '--grade',
      'number',
      '--json',
    )
    expect(JSON.parse(one.out)).toMatchObject({ rows: 3, failed: 1 })
    expect(one.err).toMatch(/^no row for q-4: big: .*; tried 3 times \[upstream\.connect\]\n$/)
    const broken = Array.from({ length: 30 }, (_, i) => `{"id": "b${i}", "prompt": "break ${i}"}`).join('\n')
    const all = await collect(broken)
    expect(all.code).not.toBe(0)
    expect(linesOf(all.err).length).toBeLessThan(20)
  })

  it.each([
    ['no reference', ['--grade', 'exact'], '{"prompt": "x"}', /has no "reference"/],
    ['an unknown judge', ['--judge', 'nobody'], '{"prompt": "x"}', /no model "nobody"/],
    ['two ways to grade', ['--judge', 'judge', '--grade', 'exact'], '{"prompt": "x"}', /give one of them/],
    ['no question', [], '{"id": "1"}', /questions\.jsonl:1: a question needs/],
    ['an id twice', [], '{"id": 1, "prompt": "x"}\n{"id": 1, "prompt": "y"}', /stands in line 1 already/],
    ['no JSON', [], 'hello', /questions\.jsonl:1: not valid JSON/],
  ])('refuses %s with one message', async (_name, args, text, message) => {
    const { code, err } = await collect(text, ...args)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(asked).toEqual([])
  })
})
