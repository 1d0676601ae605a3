/** Rows and processes for tests of the outcome store. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { readOutcomeStore } from '../src/record/store-reader.ts'

export function outcome(id: string, extra: Partial<LiveOutcome> = {}): LiveOutcome {
  return {
    id,
    servedAt: '2026-11-21T12:00:00.000Z',
    models: { small: { latencyMs: 1 } },
    decision: {
      id,
      model: 'small',
      reason: 'model_named',
      score: null,
      threshold: null,
      quality: null,
      mode: null,
      level: null,
      confidence: null,
      truncated: false,
      unfamiliar: false,
      propensity: 1,
      ranking: ['small'],
      policy: 'named',
      refused: [],
    },
    calls: 1,
    attempts: [{ model: 'small', latencyMs: 1 }],
    ...extra,
  }
}

export async function idsIn(file: string): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const { id } of readOutcomeStore(file)) ids.push(id)
  return ids
}

export interface TemporaryStore {
  readonly folder: string
  readonly path: string
  remove(): Promise<void>
}

export async function makeFolder(): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-store-'))
  return {
    folder,
    path: join(folder, 'outcomes.sqlite'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Runs a module of TypeScript text in a process of its own; its first line of output says that it is ready. */
export async function startScript(text: string): Promise<ChildProcess> {
  // A file, because a thread that the script starts would inherit the flags that text on the command line needs.
  const folder = await mkdtemp(join(tmpdir(), 'weir-script-'))
  const file = join(folder, 'script.mts')
  await writeFile(file, text)
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.once('exit', () => void rm(folder, { recursive: true, force: true }))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`the script ended with ${code}`)))
  })
  return child
}

/** Another process that holds the write lock of a store until it is released. */
export async function lockStore(path: string): Promise<{ release(): Promise<void> }> {
  const child = await startScript(`
    import { DatabaseSync } from 'node:sqlite'
    const database = new DatabaseSync(${JSON.stringify(path)})
    database.exec('BEGIN EXCLUSIVE')
    process.stdin.on('data', () => { database.exec('ROLLBACK'); database.close(); process.exit(0) })
    console.log('locked')
  `)
  return {
    release: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.stdin?.write('\n')
      }),
  }
}

/** Waits until something is so; the test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 25))
}

/** True when a small file system could be mounted at a folder, which takes privileges. */
export function mountSmallDisk(folder: string, size: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
