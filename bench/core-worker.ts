/**
 * One measurement of the core bench in a process of its own, so that neither memory nor compiled code of another is counted. Takes one
 * order over IPC, answers with one result, ends.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { createRiver, decide, loadArtifact, saveArtifact, train, createRng } from '@weir/core'
import { selectRelaxation } from '../packages/core/src/learn/select-relaxation.ts'
import { makeOutcomes, makeQueries, PAIR } from './core-text.ts'

export type Order =
  | { readonly kind: 'train'; readonly rows: number; readonly out?: string }
  | { readonly kind: 'load'; readonly path: string }
  | {
      readonly kind: 'decide'
      readonly path: string
      readonly chars: number
      readonly distinct: number
      readonly warmUp: number
      readonly count: number
    }
  | { readonly kind: 'relaxation'; readonly rows: number }

export type Result = Readonly<Record<string, number>>

const ROW_CHARS = 500
const SEED = 11

/** User and system time of all threads so far. On a busy machine it says more than the clock. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function measureTraining({ rows: count, out }: Extract<Order, { kind: 'train' }>): Promise<Result> {
  const rows = makeOutcomes(count, ROW_CHARS, SEED)
  const cpuBefore = cpuSeconds()
  const startedMs = performance.now()
  const artifact = await train(rows, { pair: PAIR, seed: 1, dataHash: '' })
  const seconds = (performance.now() - startedMs) / 1000
  const cpu = cpuSeconds() - cpuBefore
  const { maxRSS } = process.resourceUsage()
  const text = saveArtifact(artifact)
  if (out !== undefined) writeFileSync(out, text)
  const chars = rows.reduce((sum, { prompt = '' }) => sum + prompt.length, 0) / rows.length
  return {
    rows: count,
    meanChars: chars,
    seconds,
    cpuSeconds: cpu,
    peakRssMiB: maxRSS / 1024,
    artifactMiB: Buffer.byteLength(text) / 2 ** 20,
    apgr: artifact.crossValidation.apgr ?? Number.NaN,
  }
}

function measureLoading({ path }: Extract<Order, { kind: 'load' }>): Result {
  const startedMs = performance.now()
  createRiver(loadArtifact(readFileSync(path, 'utf8')))
  return { ms: performance.now() - startedMs }
}

function measureDecisions(order: Extract<Order, { kind: 'decide' }>): Result {
  const river = createRiver(loadArtifact(readFileSync(order.path, 'utf8')))
  // Another seed than training's, but the same vocabulary is wanted: makeQueries takes the words from SEED.
  const queries = makeQueries(order.distinct, order.chars, SEED)
  const ask = { kind: 'quality', quality: 0.95 } as const
  const one = (i: number): string => {
    const query = queries[i % queries.length]
    return query === undefined ? '' : decide(river, query, ask).model
  }
  for (let i = 0; i < order.warmUp; i++) one(i)
  const micros = new Float64Array(order.count)
  let small = 0
  const cpuBefore = cpuSeconds()
  for (let i = 0; i < order.count; i++) {
    const startedMs = performance.now()
    const model = one(i)
    micros[i] = 1000 * (performance.now() - startedMs)
    if (model === PAIR.small) small += 1
  }
  const cpuMicros = (1e6 * (cpuSeconds() - cpuBefore)) / order.count
  micros.sort()
  const at = (fraction: number): number =>
    micros[Math.min(micros.length - 1, Math.floor(fraction * micros.length))] ?? 0
  return {
    chars: order.chars,
    decisions: order.count,
    p50Micros: at(0.5),
    p99Micros: at(0.99),
    maxMicros: at(1),
    cpuMicros,
    smallFraction: small / order.count,
  }
}

/** Ten answers of each model to each query, scores of two decimals: 100 comparisons a label and grid point. */
function measureRelaxation({ rows }: Extract<Order, { kind: 'relaxation' }>): Result {
  const rng = createRng(SEED)
  const scores = (): number[] => Array.from({ length: 10 }, () => rng.int(101) / 100)
  const pairs = Array.from({ length: rows }, () => ({ smallScores: scores(), largeScores: scores() }))
  const cpuBefore = cpuSeconds()
  const startedMs = performance.now()
  const { t, grid } = selectRelaxation(pairs)
  const seconds = (performance.now() - startedMs) / 1000
  return { rows, gridPoints: grid.length, seconds, cpuSeconds: cpuSeconds() - cpuBefore, t }
}

async function measure(order: Order): Promise<Result> {
  switch (order.kind) {
    case 'train':
      return measureTraining(order)
    case 'load':
      return measureLoading(order)
    case 'decide':
      return measureDecisions(order)
    case 'relaxation':
      return measureRelaxation(order)
  }
}

process.once('message', (message) => {
  void measure(message as Order).then((result) => {
    process.send?.(result)
    process.disconnect()
  })
})
