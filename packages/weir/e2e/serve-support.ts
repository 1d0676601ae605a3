/** `weir serve` as a process, for the tests that need one: an artifact in a folder of its own, and what the process said. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createRng, saveArtifact, train, type Outcome } from '@weir/core'
import { until } from './gateway-support.ts'

const WEIR = fileURLToPath(new URL('../bin/weir.js', import.meta.url))
const children: ChildProcess[] = []
let folder = ''

/** Folder of this test file's configurations; holds router.weir, trained for `small` and `large`. */
export const folderOf = (): string => folder

/** 80 rows in which the word "easy" tells; with `isReversed` it tells the opposite. */
export function trainingRows(isReversed = false): readonly Outcome[] {
  const rng = createRng(1)
  const words = 'add name prove list count sort explain compare river stone cloud number'.split(' ')
  return Array.from({ length: 80 }, (_, index) => {
    const isEasy = index % 2 === 0
    const text = Array.from({ length: 12 }, () => words[rng.int(words.length)]).join(' ')
    return {
      id: String(index),
      prompt: `${isEasy === isReversed ? 'hard' : 'easy'} ${index} ${text}`,
      models: {
        small: { score: isEasy || rng.next() < 0.1 ? 1 : 0 },
        large: { score: rng.next() < 0.95 ? 1 : 0 },
      },
    }
  })
}

export async function writeTrained(path: string, rows: readonly Outcome[]): Promise<void> {
  const pair = { small: 'small', large: 'large' }
  const artifact = await train(rows, { pair, seed: 1, dataHash: '0'.repeat(64) })
  await writeFile(path, saveArtifact(artifact))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weir-serve-'))
  await writeTrained(join(folder, 'router.weir'), trainingRows())
})
afterAll(() => rm(folder, { recursive: true, force: true }))
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

export interface Serving {
  readonly child: ChildProcess
  /** File of the configuration. */
  readonly path: string
  readonly output: () => string
  readonly ended: Promise<number | null>
}

export async function serve(config: string, options: readonly string[] = []): Promise<Serving> {
  const path = join(folder, `weir-${Math.round(performance.now() * 1000)}.yaml`)
  await writeFile(path, config)
  return serveFile(path, options)
}

export function serveFile(path: string, options: readonly string[] = []): Serving {
  const env = { ...process.env, SMALL_KEY: 'sk-canary-key' }
  const child = spawn(process.execPath, [WEIR, 'serve', '--config', path, ...options], { env })
  children.push(child)
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  return { child, path, output: () => text, ended }
}

export function models(small: string, large: string): string {
  return `models:\n  small: { baseUrl: "${small}", apiKey: env:SMALL_KEY }\n  large: { baseUrl: "${large}" }\n`
}

export async function urlOf({ output, ended }: Serving): Promise<string> {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  await until(() => hasEnded || output().includes('gateway.ready'))
  const url = /"url":"([^"]+)"/.exec(output())?.[1]
  if (url === undefined) throw new Error(`weir serve did not start: ${output()}`)
  return url
}
