/**
 * Runs cases as child processes, as many at a time as there are cores. Results come back in the order asked for, so that they do not depend on
 * how many run at once. A child that fails fails the whole and the others are ended; what was finished is kept for the next run.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { FinishedCases } from './finished-cases.ts'

export interface CaseName {
  readonly section: string
  readonly name: string
}

/** The JSON text of each case. Progress and the children's own messages go to standard error. */
export async function runCases(
  cases: readonly CaseName[],
  finished: FinishedCases,
): Promise<readonly string[]> {
  const results: string[] = []
  const stop = new AbortController()
  let [next, done] = [0, 0]
  const work = async (): Promise<void> => {
    for (let i = next++; i < cases.length; i = next++) {
      const one = cases[i]!
      const began = performance.now()
      const known = finished.read(one.section, one.name)
      results[i] = known ?? (await runCase(one, stop.signal))
      if (known === undefined) finished.write(one.section, one.name, results[i] ?? '')
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      process.stderr.write(`${one.section}/${one.name}: ${seconds} s, ${++done} of ${cases.length} done\n`)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), cases.length) }, work))
  } catch (error) {
    stop.abort()
    throw error
  }
  return results
}

function runCase({ section, name }: CaseName, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const args = [join(import.meta.dirname, 'case.ts'), section, name]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], signal })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8').trim())
      else reject(new Error(`${section}/${name} ended with ${code}`))
    })
  })
}
