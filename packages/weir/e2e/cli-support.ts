/** Runs the real command line the way a shell does, for the tests of this room. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Outcome } from '@weir/core'
import { createPlantedRows, type PlantedOptions } from '@weir/core/suites'
import { writeOutcomes } from '../src/record/outcome-file.ts'

const BIN = join(import.meta.dirname, '../bin/weir.js')

export interface Ran {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
}

export async function weir(args: readonly string[], input = ''): Promise<Ran> {
  const child = start(args)
  child.stdin?.on('error', () => undefined).end(input)
  return finish(child)
}

/** Waits for the end and everything that was said. */
export async function finish(child: ChildProcess): Promise<Ran> {
  if (child.stdout === null || child.stderr === null) throw new Error('started without pipes')
  const [[code, signal], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ])
  return { code, signal, out, err }
}

/** Lines of what a fault printed, without the line that commander adds to every usage error. */
export function linesOf(err: string): readonly string[] {
  return err.split('\n').filter((line) => line !== '' && line !== '(run with --help for the options)')
}

export function plantedRows(options: PlantedOptions): Outcome[] {
  return createPlantedRows(options).map(({ row }) => row)
}

export async function writePlanted(path: string, options: PlantedOptions): Promise<void> {
  await writeOutcomes(path, plantedRows(options))
}
