/**
 * The demo, from nothing to a serving gateway: start two programs, ask both a few thousand generated questions, train on the outcomes,
 * show on fresh questions what each quality level keeps and saves, serve. The second start reuses what the first one recorded.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'
import {
  createRiver,
  isWeirError,
  loadArtifact,
  saveArtifact,
  train,
  WeirError,
  type Artifact,
  type Outcome,
  type River,
} from '@weir/core'
import { startGateway } from '../gateway/start.ts'
import { createOutcomeHash } from '../record/outcome-file.ts'
import { percent } from '../report/format.ts'
import type { Log } from '../telemetry/log.ts'
import { gradeAnswer } from './answer.ts'
import { openCache, type Cache } from './cache.ts'
import { collectOutcomes } from '../record/collect.ts'
import { evaluateLevels, writeTable } from './evaluate.ts'
import { DEMO_PAIR, startFleet, type Fleet } from './fleet.ts'
import { DEMO_VERSION, generateQuestions } from './generate.ts'
import { findLocalServers } from './local-servers.ts'
import { checkPort } from './port.ts'
import { createProgress, type Progress } from './progress.ts'
import type { Question } from './question.ts'
import { writeCommands, writeLocalServer } from './say.ts'

export interface DemoOptions {
  /** 0 takes a free one. */
  readonly port: number
  /** Stops the demo at any stage and ends its programs. */
  readonly signal: AbortSignal
  readonly log: Log
  /** Takes what the user reads. Default: standard output. */
  readonly write?: (text: string) => void
  /** Where outcomes and the artifact are kept. Default `.weir/demo` in the working directory. */
  readonly directory?: string
  /** Questions to train on. Default 1,600: more changes the table by less than a percentage point. */
  readonly trainCount?: number
  /** Fresh questions to evaluate on. Default 1,000: the table's margins are then below two percentage points. */
  readonly freshCount?: number
  /** Called with the gateway's address when it serves. */
  readonly onReady?: (url: string) => void
}

const HOST = '127.0.0.1'
/** Seed of the training questions; the fresh ones take the next. Any number would do: it only has to stay the same. */
const SEED = 2404
/** Quality levels of the table. */
const LEVELS: readonly number[] = [0.99, 0.95, 0.9]

/**
 * Runs until `signal` aborts. Throws `config.port` when the port is taken, `cli.interrupted` when it is stopped before it serves,
 * `cli.write` when the folder cannot be written.
 */
export async function startDemo(options: DemoOptions): Promise<void> {
  const { port, directory = join('.weir', 'demo'), trainCount = 1600, freshCount = 1000 } = options
  const isTerminal = options.write === undefined && process.stdout.isTTY
  const write = options.write ?? ((text: string): void => void process.stdout.write(text))
  await checkPort(HOST, port)
  write('No configuration given: this is the demo. Two small programs answer questions in plain English.\n')
  const cache = await openCache(join(directory, `v${DEMO_VERSION}-${SEED}-${trainCount}-${freshCount}`))
  const fleet = await startFleet()
  try {
    const bench: Bench = {
      fleet,
      cache,
      write,
      signal: options.signal,
      progress: createProgress({ write, isTerminal }),
    }
    const river = await prepare(bench, { trainCount, freshCount })
    await serveDemo(bench, { ...options, river, recordPath: join(directory, 'live.sqlite') })
  } finally {
    await fleet.close()
  }
}

/** What the stages share. */
interface Bench {
  readonly fleet: Fleet
  readonly cache: Cache
  readonly write: (text: string) => void
  readonly signal: AbortSignal
  readonly progress: Progress
}

interface Counts {
  readonly trainCount: number
  readonly freshCount: number
}

/** Collects, trains, prints the table. */
async function prepare(bench: Bench, { trainCount, freshCount }: Counts): Promise<River> {
  const seen = generateQuestions({ seed: SEED, count: trainCount })
  const prompts = new Set(seen.map(({ prompt }) => prompt))
  const fresh = generateQuestions({ seed: SEED + 1, count: freshCount, except: prompts })
  const known = await collect(bench, 'outcomes', seen)
  const unseen = await collect(bench, 'fresh', fresh)
  const cached = await loadCached(bench)
  if (cached !== undefined)
    bench.write(
      `Using what an earlier start left in ${bench.cache.directory}; delete that folder to begin anew.\n`,
    )
  const river = cached ?? toRiver(bench, await learn(bench, known))
  const lines = await evaluateLevels(river, unseen, LEVELS)
  bench.write(
    `\nOn ${freshCount} fresh questions, replayed through the code that serves (levels are promised with 95% confidence; ± 95% margin of these questions; prices are made up, thrown-away drafts are paid):\n\n${writeTable(lines)}\n`,
  )
  return river
}

async function collect(
  { fleet, cache, signal, progress }: Bench,
  name: string,
  questions: readonly Question[],
): Promise<readonly Outcome[]> {
  const cached = await cache.loadRows(name)
  if (cached?.length === questions.length) return cached
  let done = 0
  const what = name === 'fresh' ? 'fresh questions' : 'questions'
  const rows = await collectOutcomes({
    models: fleet.models,
    questions,
    grade: ({ answer }, text) => gradeAnswer(answer, text),
    metric: 'exact-match',
    dataset: 'demo',
    signal,
    onRow() {
      done += 1
      if (done % 50 === 0) progress.update(`Asking both programs ${done} of ${questions.length} ${what}`)
    },
  })
  progress.done(`Asked both programs ${questions.length} ${what}: ${writeMeans(rows)}.`)
  await cache.saveRows(name, rows)
  return rows
}

function writeMeans(rows: readonly Outcome[]): string {
  const means = Object.values(DEMO_PAIR).map((model: string) => {
    const right = rows.reduce((sum, { models }) => sum + (models[model]?.score ?? 0), 0)
    return `${model} answers ${percent(right / rows.length)} right`
  })
  return means.join(', ')
}

function toRiver({ fleet }: Bench, artifact: Artifact): River {
  return createRiver(artifact, { candidates: fleet.models })
}

async function loadCached(bench: Bench): Promise<River | undefined> {
  const text = await bench.cache.loadText('artifact.json')
  if (text === undefined) return undefined
  try {
    const artifact = loadArtifact(text)
    return artifact.services?.cascade === undefined ? undefined : toRiver(bench, artifact)
  } catch (error) {
    // Written by another version of weir, or damaged: it is made again from the outcomes.
    if (isWeirError(error)) return undefined
    throw error
  }
}

async function learn({ cache, signal, progress }: Bench, rows: readonly Outcome[]): Promise<Artifact> {
  checkRunning(signal)
  const hash = createOutcomeHash()
  for (const row of rows) hash.update(row)
  progress.update('Training')
  const startedMs = performance.now()
  const artifact = await train(rows, {
    pair: DEMO_PAIR,
    seed: SEED,
    dataHash: hash.digest(),
    policies: ['cascade'],
    async onProgress({ step }) {
      progress.update(`Training: ${step}`)
      // A turn of the event loop, so that Ctrl-C is seen between two steps.
      await setImmediate()
      checkRunning(signal)
    },
  })
  progress.done(
    `Trained on ${rows.length} outcomes in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`,
  )
  await cache.saveText('artifact.json', saveArtifact(artifact))
  return artifact
}

interface Serving {
  readonly river: River
  readonly port: number
  readonly log: Log
  readonly recordPath: string
  readonly onReady?: (url: string) => void
}

async function serveDemo(
  { fleet, signal, write }: Bench,
  { river, port, log, recordPath, onReady }: Serving,
): Promise<void> {
  checkRunning(signal)
  const gateway = await startGateway({
    river,
    models: fleet.models,
    listen: { host: HOST, port },
    record: { path: recordPath },
    log,
  })
  try {
    write(`Serving ${gateway.url}/v1, model "weir". Ctrl-C stops it.\n\n${writeCommands(gateway.url)}\n`)
    for (const server of await findLocalServers()) write(`${writeLocalServer(server)}\n`)
    onReady?.(gateway.url)
    if (!signal.aborted) await once(signal, 'abort')
  } finally {
    await gateway.close()
  }
}

function checkRunning(signal: AbortSignal): void {
  if (signal.aborted)
    throw new WeirError('cli.interrupted', 'stopped before the demo was ready; start it again to go on')
}
