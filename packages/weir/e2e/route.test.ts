/** `weir route` as a script uses it: every form of a line, one decision each, and the same decisions that the library makes. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRiver,
  decide,
  loadArtifact,
  parseChatBody,
  queryFromPrompt,
  saveArtifact,
  train,
  type Artifact,
  type Query,
} from '@weir/core'
import { PLANTED_PAIR } from '@weir/core/suites'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { finish, linesOf, plantedRows, start, weir } from './cli-support.ts'

let folder = ''
let artifact: Artifact
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-route-'))
  const rows = plantedRows({ rows: 120, seed: 1 })
  artifact = await train(rows, { pair: PLANTED_PAIR, method: 'prob', seed: 1, dataHash: 'c'.repeat(64) })
  await writeFile(at('a.weir'), saveArtifact(artifact))
})
afterAll(() => rm(folder, { recursive: true }))

const route = (...more: readonly string[]): string[] => [
  'route',
  '--artifact',
  at('a.weir'),
  '--quality',
  '0.9',
  ...more,
]

/** What the library decides for the same query. */
function expected(query: Query): object {
  const decision = decide(createRiver(artifact), query, { kind: 'quality', quality: 0.9 })
  const { model, score, threshold, quality, truncated, reason, level, mode, confidence, unfamiliar } =
    decision
  return { model, score, threshold, quality, truncated, reason, level, mode, confidence, unfamiliar }
}

describe('weir route', () => {
  it('decides for every form of a line as the library does', async () => {
    const chat = {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'A tricky chess question' }] },
      ],
      tools: [{}],
    }
    const lines: readonly (readonly [line: string, query: Query])[] = [
      ['A simple addition question', queryFromPrompt('A simple addition question')],
      ['{not json} is how sets begin', queryFromPrompt('{not json} is how sets begin')],
      ['["an","array"]', queryFromPrompt('["an","array"]')],
      [JSON.stringify({ prompt: 'two\nlines' }), queryFromPrompt('two\nlines')],
      [JSON.stringify({ prompt: '' }), queryFromPrompt('')],
      [JSON.stringify(chat), parseChatBody(chat)],
      ['这是问题 🎉', queryFromPrompt('这是问题 🎉')],
      [JSON.stringify({ prompt: 'a '.repeat(20_000) }), queryFromPrompt('a '.repeat(20_000))],
    ]
    const { code, out, err } = await weir(route('--json'), lines.map(([line]) => `${line}\n`).join(''))
    expect([code, err]).toEqual([0, ''])
    const decisions = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(decisions).toEqual(lines.map(([, query]) => expected(query)))
    expect(Object.keys(decisions[0] ?? {})).toEqual([
      'model',
      'score',
      'threshold',
      'quality',
      'truncated',
      'reason',
      'level',
      'mode',
      'confidence',
      'unfamiliar',
    ])
  })

  it('prints a line a prompt: blank lines, missing last newline and Windows line ends count for nothing', async () => {
    const { code, out } = await weir(route(), 'one\n\n   \r\ntwo\r\nthree')
    expect(code).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines.length).toBe(3)
    for (const line of lines) {
      expect(line).toMatch(
        /^(little|big)\tscore \d\.\d{4}\tthreshold (\d\.\d{4}|none)\tscore_(at_or_above|below)_threshold$/,
      )
    }
  })

  it('prints what it decided before a bad line', async () => {
    const { code, out } = await weir(route(), 'one\ntwo\n{"messages":[]}\nthree\n')
    expect(code).toBe(2)
    expect(out.trimEnd().split('\n').length).toBe(2)
  })

  it('says nothing when asked nothing', async () => {
    expect(await weir(route('--json'), '')).toMatchObject({ code: 0, out: '', err: '' })
  })

  it('keeps up with many prompts, in order', async () => {
    const prompts = plantedRows({ rows: 3000, seed: 4 }).map(({ prompt }) => prompt ?? '')
    const { out } = await weir(route('--json'), `${prompts.join('\n')}\n`)
    const scores = out
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { score: number }).score)
    const river = createRiver(loadArtifact(await readFile(at('a.weir'), 'utf8')))
    const own = prompts.map(
      (prompt) => decide(river, queryFromPrompt(prompt), { kind: 'threshold', threshold: 0 }).score,
    )
    expect(scores).toEqual(own)
  })

  it('raising the level never moves a prompt from large to small', async () => {
    const prompts = plantedRows({ rows: 100, seed: 4 }).map(({ prompt }) => prompt ?? '')
    let small: readonly boolean[] = prompts.map(() => true)
    for (const level of ['0.7', '0.9', '0.97', '1']) {
      const { out } = await weir(
        ['route', '--artifact', at('a.weir'), '--quality', level],
        prompts.join('\n'),
      )
      const now = out
        .trimEnd()
        .split('\n')
        .map((line) => line.startsWith('little'))
      for (const [i, isSmall] of now.entries()) expect(small[i] || !isSmall).toBe(true)
      small = now
    }
  })

  it('ends in peace when its reader has seen enough', async () => {
    const child = start(route())
    const ending = finish(child)
    if (child.stdout === null || child.stdin === null) throw new Error('started without pipes')
    child.stdin.on('error', () => undefined)
    child.stdin.write('one\n'.repeat(2000))
    await once(child.stdout, 'data')
    child.stdout.destroy()
    child.stdin.write('one\n'.repeat(200_000))
    child.stdin.end()
    const { code, err } = await ending.catch(async () => {
      if (child.exitCode === null) await once(child, 'exit')
      return { code: child.exitCode, err: '' }
    })
    expect([code, err]).toEqual([0, ''])
  })

  it.each<[string, (() => readonly string[]) | null, string, RegExp]>([
    [
      'a level of 0',
      () => ['--artifact', at('a.weir'), '--quality', '0'],
      '',
      /--quality.*above 0 and at most 1/,
    ],
    [
      'a level in percent',
      () => ['--artifact', at('a.weir'), '--quality', '95%'],
      '',
      /--quality.*for example 0\.95/,
    ],
    ['no level', () => ['--artifact', at('a.weir')], '', /required option '--quality/],
    [
      'an artifact that is not there',
      () => ['--artifact', at('absent'), '--quality', '1'],
      '',
      /absent \(ENOENT\); name a file written by weir train \[artifact\.unreadable\]/,
    ],
    [
      'a file of another kind',
      () => ['--artifact', at('other'), '--quality', '1'],
      '',
      /other: this is not a weir artifact.*\[artifact\.unreadable\]/,
    ],
    [
      'an artifact cut short',
      () => ['--artifact', at('cut'), '--quality', '1'],
      '',
      /cut: the artifact is incomplete or damaged.*\[artifact\.truncated\]/,
    ],
    [
      'messages of the wrong form',
      null,
      '{"messages":"my secret"}\n',
      /line 1: messages must be a non-empty array.*\[data\.field\]/,
    ],
    [
      'JSON without a query',
      null,
      'fine\n{"text":"my secret"}\n',
      /line 2: .*or give "prompt" \[data\.field\]/,
    ],
  ])('%s: exit code 2 and one line', async (_, args, input, message) => {
    await writeFile(at('other'), '{"id":"1"}\n')
    await writeFile(at('cut'), saveArtifact(artifact).slice(0, 5000))
    const { code, err } = await weir(args === null ? route() : ['route', ...args()], input)
    expect(code).toBe(2)
    expect(err).toMatch(message)
    expect(linesOf(err).length).toBe(1)
    expect(err).not.toContain('secret')
  })
})
