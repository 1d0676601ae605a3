/**
 * Core bench of pools: what deciding and learning about ten candidates cost, and how often the index of remembered queries misses the nearest.
 *
 *   node bench/core-pool.ts [--json] [--quick] [--methods knn,logistic,...]
 *
 * decide     p50 and p99 of whole decisions (read, estimate, decide) over texts of about 500 characters, knn with 50,000 remembered rows; of each
 *            query the fastest of some, so that other processes do not count
 * train      seconds of each method at 2,500 to 20,000 rows x 10 candidates, and the exponent of time in rows
 * neighbours share of queries whose nearest remembered row is found through the index, on recorded prompts (WEIR_DATA) when they are there
 *
 * The texts of the first two are made up (core-text.ts). Absolute figures move with the machine; processor time moves less than the clock's.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import {
  createRiver,
  createRng,
  decide,
  loadArtifact,
  POOL_METHODS,
  queryFromOutcome,
  saveArtifact,
  trainPool,
  type Artifact,
  type Outcome,
} from '@weir/core'
import { see } from '../packages/core/src/estimate/components.ts'
import { fitView } from '../packages/core/src/learn/fit-view.ts'
import { fitInvertedFile, searchInvertedFile } from '../packages/core/src/math/inverted-file.ts'
import { findNearest } from '../packages/core/src/math/nearest.ts'
import { toRowTable } from '../packages/core/src/math/row-table.ts'
import { createLexicalEncoder } from '../packages/core/src/request/lexical.ts'
import { makeOutcomes } from './core-text.ts'

const isQuick = process.argv.includes('--quick')
const isJson = process.argv.includes('--json')
const named = process.argv[process.argv.indexOf('--methods') + 1]?.split(',')
const METHODS = process.argv.includes('--methods') ? (named ?? []) : ['blend', 'knn', 'logistic']
const SIZES = isQuick ? [1250, 2500, 5000] : [2500, 5000, 10_000, 20_000]
const REMEMBERED = isQuick ? 10_000 : 50_000
/** Of each decision; the fastest counts, so that other processes do not. */
const REPEATS = 5
const ROW_CHARS = 500
const SEED = 11
const TESTED = 2000

/** From cheap to dear. */
const MODELS = Array.from({ length: 10 }, (_, j) => `model-${j}`)
const DATA = process.env['WEIR_DATA'] ?? join(import.meta.dirname, '../../shared/data')
const RECORDED = [
  'mmlu-pro.scores',
  'routellm-mmlu-a',
  'llmrouter',
  'rational-cascades-a',
  'confidence',
  'bfcl',
]

/** Ten candidates: the dearer, the surer, each with task types of its own that it is good at. */
function makePool(count: number): Outcome[] {
  const rng = createRng(SEED)
  return makeOutcomes(count, ROW_CHARS, SEED).map((row) => {
    const taskType = Number(row.category?.slice('type-'.length))
    const models = MODELS.map((model, j) => {
      const chance = Math.min(0.95, 0.3 + 0.05 * j + ((taskType + j) % 7 === 0 ? 0.3 : 0))
      const costUsd = 1e-5 * 2 ** j * (0.5 + (row.prompt ?? '').length / ROW_CHARS)
      return [model, { score: rng.next() < chance ? 1 : 0, costUsd }] as const
    })
    return { ...row, models: Object.fromEntries(models) }
  })
}

async function learn(
  rows: readonly Outcome[],
  name: string,
): Promise<{ artifact: Artifact; seconds: number; cpuSeconds: number }> {
  const method = POOL_METHODS.find((one) => one.name === name)
  if (method === undefined) throw new Error(`no method "${name}"`)
  const before = process.cpuUsage()
  const startedMs = performance.now()
  const artifact = await trainPool(rows, { models: MODELS, method, seed: 1, dataHash: '' })
  const { user, system } = process.cpuUsage(before)
  return { artifact, seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 }
}

function say(text: string): void {
  if (!isJson) console.log(text)
}

/** Of values in ascending order. */
function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

async function measureDecisions() {
  const rows = makePool(REMEMBERED + TESTED)
  const { artifact, seconds } = await learn(rows.slice(0, REMEMBERED), 'knn')
  const text = saveArtifact(artifact)
  const river = createRiver(loadArtifact(text))
  const queries = rows.slice(REMEMBERED).flatMap((row) => queryFromOutcome(row) ?? [])
  const one = (i: number): number => {
    const query = queries[i % queries.length]
    if (query === undefined) return Number.NaN
    const startedMs = performance.now()
    decide(river, query, { kind: 'quality', quality: 0.95, mode: 'estimate' })
    return performance.now() - startedMs
  }
  for (let i = 0; i < 1000; i++) one(i)
  const fastest = (i: number): number => Math.min(...Array.from({ length: REPEATS }, () => one(i)))
  const ms = Array.from(queries, (_, i) => fastest(i)).sort((a, b) => a - b)
  const result = {
    remembered: REMEMBERED,
    candidates: MODELS.length,
    p50Ms: at(ms, 0.5),
    p99Ms: at(ms, 0.99),
    trainingSeconds: seconds,
    artifactMiB: Buffer.byteLength(text) / 2 ** 20,
  }
  say(
    `decide, knn, ${REMEMBERED} remembered rows x ${MODELS.length} candidates: p50 ${result.p50Ms.toFixed(2)} ms, p99 ${result.p99Ms.toFixed(2)} ms ` +
      `(asked: p99 3 ms); artifact ${result.artifactMiB.toFixed(1)} MiB, trained in ${seconds.toFixed(0)} s`,
  )
  return result
}

/** Slope of log(time) over log(rows), least squares. */
function fitExponent(points: readonly (readonly [rows: number, seconds: number])[]): number {
  const logs = points.map(([rows, seconds]) => [Math.log(rows), Math.log(seconds)] as const)
  const mean = (side: 0 | 1): number => logs.reduce((sum, point) => sum + point[side], 0) / logs.length
  const [mx, my] = [mean(0), mean(1)]
  const top = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

async function measureTraining(name: string) {
  const rows = makePool(SIZES.at(-1) ?? 0)
  const runs: { rows: number; seconds: number; cpuSeconds: number }[] = []
  for (const size of SIZES) {
    const { seconds, cpuSeconds } = await learn(rows.slice(0, size), name)
    runs.push({ rows: size, seconds, cpuSeconds })
  }
  const exponent = fitExponent(runs.map((run) => [run.rows, run.cpuSeconds]))
  const cells = runs.map((run) => `${run.rows}: ${run.seconds.toFixed(1)} (${run.cpuSeconds.toFixed(1)})`)
  say(
    `train, ${name.padEnd(10)} rows: seconds (processor)  ${cells.join('  ')}  processor time grows as rows^${exponent.toFixed(2)}`,
  )
  return { method: name, runs, exponent }
}

function readPrompts(): Outcome[] {
  const rows = RECORDED.flatMap((name) =>
    gunzipSync(readFileSync(join(DATA, `${name}.jsonl.gz`)))
      .toString('utf8')
      .split('\n')
      .filter(Boolean),
  ).map((line) => JSON.parse(line) as Outcome)
  return [...new Map(rows.map((row) => [row.prompt, row])).values()]
}

/** Null when the recorded prompts are not there. */
function measureNeighbours() {
  let rows: Outcome[] = []
  try {
    rows = readPrompts()
  } catch {
    say(`neighbours: no recorded prompts in ${DATA}`)
    return null
  }
  const encoder = createLexicalEncoder()
  const features = rows.flatMap((row) => {
    const query = queryFromOutcome(row)
    return query === undefined ? [] : [encoder.encode(query)]
  })
  const view = fitView(features, encoder.spec, createRng(SEED))
  const { rank } = view
  // Every k-th prompt is a query; the others are remembered.
  const step = Math.floor(features.length / TESTED)
  const embeddings = features.map((one) => see(one, view).embedding.slice())
  const queries = embeddings.filter((_, i) => i % step === 0)
  const kept = embeddings.filter((_, i) => i % step !== 0)
  const vectors = new Float32Array(kept.length * rank)
  kept.forEach((one, i) => vectors.set(one, i * rank))
  const { file, order } = fitInvertedFile({ vectors, rank }, createRng(SEED))
  const sorted = new Float32Array(vectors.length)
  order.forEach((row, i) => sorted.set(kept[row] ?? [], i * rank))
  const table = toRowTable(sorted, rank)
  const same = queries.filter((query) => {
    const exact = findNearest(table, query, 1)
    const found = searchInvertedFile({ file, vectors: table }, query, 1)
    return exact.size === found.size && exact.cosines[0] === found.cosines[0]
  })
  const result = { remembered: kept.length, queries: queries.length, agreement: same.length / queries.length }
  say(
    `neighbours: of ${queries.length} recorded prompts ${(100 * result.agreement).toFixed(2)}% find the nearest of ${kept.length} through the index (asked: 99%)`,
  )
  return result
}

const neighbours = measureNeighbours()
const train: unknown[] = []
for (const name of METHODS) train.push(await measureTraining(name))
const corePool = { neighbours, train, decide: await measureDecisions() }
if (isJson) console.log(JSON.stringify({ corePool }, null, 2))
