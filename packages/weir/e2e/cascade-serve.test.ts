/** A trained cascade from weir.yaml to recorded rows: what serves is what was trained, and a replay of its rows decides the same. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createRiver, createRng, replay, saveArtifact, train, type Artifact, type Outcome } from '@weir/core'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'
import { replying, startModel, type Asked, type Reply } from './cascade-support.ts'
import { post, until } from './gateway-support.ts'

const WEIR = fileURLToPath(new URL('../bin/weir.js', import.meta.url))
const PAIR = { small: 'small', large: 'large' }

/** Rows whose questions say nothing and whose drafts hedge when they are wrong. */
function rowsOf(seed: number, count: number): readonly Outcome[] {
  const rng = createRng(seed)
  const words = 'river stone cloud number paper glass winter market engine garden letter window'.split(' ')
  return Array.from({ length: count }, (_, i) => {
    const isRight = rng.next() < 0.6
    const hedges = rng.next() < (isRight ? 0.05 : 0.9)
    const text = Array.from({ length: 8 }, () => words[rng.int(words.length)]).join(' ')
    return {
      id: `${seed}-${i}`,
      prompt: `question ${i} ${text}`,
      models: {
        small: {
          score: isRight ? 1 : 0,
          response: hedges ? `Perhaps ${rng.int(9)}, I am unsure.` : `It is ${rng.int(9)}.`,
          costUsd: 0.001,
        },
        large: { score: rng.next() < 0.95 ? 1 : 0, response: 'It is so.', costUsd: 0.01 },
      },
    }
  })
}

const fresh = rowsOf(2, 60)
let folder = ''
let artifact: Artifact

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-cascade-serve-'))
  artifact = await train(rowsOf(1, 600), {
    pair: PAIR,
    seed: 1,
    dataHash: '0'.repeat(64),
    policies: ['cascade'],
  })
  await writeFile(join(folder, 'cascade.weir'), saveArtifact(artifact))
})
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function recorded(model: 'small' | 'large'): (asked: Asked) => Reply {
  return ({ text }) => {
    const row = fresh.find(({ prompt }) => text.includes(`${prompt}`))
    return { text: row?.models[model]?.response ?? '' }
  }
}

function toYaml(small: string, large: string, more = ''): string {
  return `listen: { port: 0 }
artifact: cascade.weir
policy: cascade
quality: 0.9
mode: estimate
record: { path: outcomes.sqlite, storeText: true }
${more}
models:
  small: { baseUrl: "${small}", inputUsdPerMTok: 1, outputUsdPerMTok: 2 }
  large: { baseUrl: "${large}", inputUsdPerMTok: 10, outputUsdPerMTok: 20 }
`
}

interface Process {
  readonly output: () => string
  readonly ended: Promise<number | null>
  readonly stop: () => void
}

async function serve(yaml: string): Promise<Process> {
  const path = join(folder, 'weir.yaml')
  await writeFile(path, yaml)
  const child = spawn(process.execPath, [WEIR, 'serve', '--config', path])
  children.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return { output: () => text, ended, stop: () => void child.kill('SIGTERM') }
}

describe('weir serve with a trained cascade', () => {
  it('reads drafts, records what it saw, and a replay of the rows decides the same', async () => {
    const small = await startModel(replying('small', recorded('small')))
    const large = await startModel(replying('large', recorded('large')))
    const { output, stop, ended } = await serve(toYaml(small.url, large.url))
    await until(() => output().includes('gateway.ready') || output().includes('config.'))
    const url = /"url":"([^"]+)"/.exec(output())?.[1] ?? ''
    const given = { small: 0, large: 0 }
    for (const [i, { prompt }] of fresh.entries()) {
      const body = { model: 'weir', stream: i % 2 === 0, messages: [{ role: 'user', content: prompt }] }
      const response = await post(`${url}/v1/chat/completions`, JSON.stringify(body))
      await response.text()
      given[response.headers.get('x-weir-model') === 'small' ? 'small' : 'large'] += 1
    }
    stop()
    expect(await ended).toBe(0)
    // Both ends are met, or the test would say nothing.
    expect(given.small).toBeGreaterThan(10)
    expect(given.large).toBeGreaterThan(10)
    const rows: Outcome[] = []
    for await (const row of readOutcomeStore(join(folder, 'outcomes.sqlite'))) rows.push(row)
    expect(rows.length).toBe(fresh.length)
    const river = createRiver(artifact)
    for (const row of rows as LiveOutcome[]) {
      const ask = { kind: 'quality', quality: 0.9, mode: 'estimate', policy: 'cascade' } as const
      const again = await replay(river, row, ask)
      expect(again?.verdicts).toEqual(row.attempts.map(({ verdict }) => verdict))
      expect(again?.attempts.map(({ model, score }) => [model, score?.pGoodEnough])).toEqual(
        row.attempts.map(({ model, pGoodEnough }) => [model, pGoodEnough]),
      )
      expect(again?.acceptReason).toBe(row.acceptReason)
    }
  })

  it.each([
    [
      'scorers: { logprob: {} }',
      'config.signal',
      'signal logprob needs token log-probabilities of model small',
    ],
    ['scorers: { validity: { checks: [{ check: rhymes }] } }', 'config.value', 'checks.0.check'],
  ])('does not start with %s', async (line, code, hint) => {
    const { output, ended } = await serve(toYaml('http://127.0.0.1:1', 'http://127.0.0.1:1', line))
    expect(await ended).toBe(2)
    expect(output()).toContain(code)
    expect(output()).toContain(hint)
  })
})
