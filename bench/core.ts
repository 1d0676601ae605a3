/**
 * Core bench: what deciding and learning cost.
 *
 *   node bench/core.ts [--json] [--quick]
 *
 * decide     p50 and p99 of whole decisions (read, estimate, decide) of conversations of 500, 8,000 and 200,000 characters, by a river trained on
 *            rows of 50 task types
 * artifact   size, and the time to read, check and unpack it in a fresh process
 * t*         the relaxation search over 10,000 labels and 201 grid points, ten answers a model
 * train      time and peak memory at 1,000, 10,000 and (without --quick) 100,000 rows of about 500 characters, and the exponent of time in rows
 *
 * The texts are made up (core-text.ts), each measurement has a process of its own. Absolute figures move with the machine.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Order, Result } from './core-worker.ts'

const isQuick = process.argv.includes('--quick')
const isJson = process.argv.includes('--json')
const SIZES = isQuick ? [1000, 10_000] : [1000, 10_000, 100_000]
/** Of the river that decides: enough that vocabulary, neighbours and tagger have their full width. */
const RIVER_ROWS = isQuick ? 4000 : 10_000
const LOADS = isQuick ? 3 : 7
const DECISIONS: readonly Omit<Extract<Order, { kind: 'decide' }>, 'kind' | 'path'>[] = [
  { chars: 500, distinct: 500, warmUp: 3000, count: isQuick ? 5000 : 20_000 },
  { chars: 8000, distinct: 200, warmUp: 1000, count: isQuick ? 2000 : 8000 },
  { chars: 200_000, distinct: 20, warmUp: 500, count: isQuick ? 1000 : 4000 },
]

async function run(order: Order): Promise<Result> {
  const child = fork(new URL('./core-worker.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const failed = once(child, 'exit').then(([code]): never => {
    throw new Error(`measurement ${order.kind} ended with code ${String(code)} and no result`)
  })
  child.send(order)
  const [result] = (await Promise.race([once(child, 'message'), failed])) as [Result]
  failed.catch(() => undefined)
  return result
}

/** Slope of log(seconds) over log(rows), least squares. */
function fitExponent(results: readonly Result[]): number {
  const points = results.map(({ rows = 1, seconds = 1 }) => [Math.log(rows), Math.log(seconds)] as const)
  const mean = (side: 0 | 1): number => points.reduce((sum, point) => sum + point[side], 0) / points.length
  const [mx, my] = [mean(0), mean(1)]
  const top = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

interface Summary {
  readonly decide: readonly Result[]
  readonly artifact: { readonly rows: number; readonly sizeMiB: number; readonly loadMs: number }
  readonly relaxation: Result
  readonly train: readonly Result[]
  readonly trainExponent: number
}

function say(text: string): void {
  if (!isJson) console.log(text)
}

function number(value: number | undefined, digits: number): string {
  return (value ?? Number.NaN).toFixed(digits)
}

async function measureRiver(folder: string): Promise<Pick<Summary, 'decide' | 'artifact'>> {
  const path = join(folder, 'river.weir.json')
  await run({ kind: 'train', rows: RIVER_ROWS, out: path })
  say(`decide, river of ${RIVER_ROWS} training rows and 50 task types`)
  say('  characters  decisions     p50 us     p99 us     max us  processor us (mean)')
  const decide: Result[] = []
  for (const sizes of DECISIONS) {
    const result = await run({ kind: 'decide', path, ...sizes })
    decide.push(result)
    const cells = ['chars', 'decisions', 'p50Micros', 'p99Micros', 'maxMicros', 'cpuMicros'].map(
      (key) => result[key],
    )
    say(`  ${cells.map((cell) => number(cell, 0).padStart(10)).join(' ')}`)
  }
  const loads: number[] = []
  for (let i = 0; i < LOADS; i++) loads.push((await run({ kind: 'load', path }))['ms'] ?? Number.NaN)
  const loadMs = loads.toSorted((a, b) => a - b)[LOADS >> 1] ?? Number.NaN
  const artifact = { rows: RIVER_ROWS, sizeMiB: statSync(path).size / 2 ** 20, loadMs }
  say(
    `\nartifact     ${number(artifact.sizeMiB, 2)} MiB, loads in ${number(loadMs, 0)} ms (median of ${LOADS} fresh processes)`,
  )
  return { decide, artifact }
}

async function measureAll(folder: string): Promise<Summary> {
  const river = await measureRiver(folder)
  const relaxation = await run({ kind: 'relaxation', rows: 10_000 })
  say(
    `t* search    ${number(relaxation['seconds'], 2)} s (processor ${number(relaxation['cpuSeconds'], 2)} s) for ${number(relaxation['rows'], 0)} labels x ${number(relaxation['gridPoints'], 0)} grid points\n`,
  )
  say('train, rows of about 500 characters')
  say('       rows   seconds   processor s   peak RSS MiB   artifact MiB   APGR')
  const train: Result[] = []
  for (const rows of SIZES) {
    const result = await run({ kind: 'train', rows })
    train.push(result)
    say(
      [
        String(rows).padStart(11),
        number(result['seconds'], 1).padStart(9),
        number(result['cpuSeconds'], 1).padStart(13),
        number(result['peakRssMiB'], 0).padStart(14),
        number(result['artifactMiB'], 2).padStart(14),
        number(result['apgr'], 3).padStart(6),
      ].join(' '),
    )
  }
  const trainExponent = fitExponent(train)
  say(`  time grows as rows^${number(trainExponent, 2)}`)
  return { ...river, relaxation, train, trainExponent }
}

const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
try {
  const core = await measureAll(folder)
  if (isJson) console.log(JSON.stringify({ core }, null, 2))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
