/**
 * Gateway bench: what weir costs per request beside the least that a Node program can do, in the same run.
 *
 *   node bench/gateway.ts [--json] [--quick]     processor time and added latency, interleaved
 *   node bench/gateway.ts --soak [--json]        200,000 requests with memory samples
 *
 * Load, model and target are processes of their own on the same cores. Absolute figures move with the machine; the ratio
 * to the pass-through of the same round is what counts. Target: processor time and added p50 at most 1.5 times the pass-through's.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadOrder, LoadResult } from './gateway-load.ts'
import { startChild, type Child } from './gateway-process.ts'
import { writeBenchArtifact } from './gateway-river.ts'

type Kind = 'json' | 'sse'
type Name = (typeof NAMES)[number]

interface Cell {
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
}

const isQuick = process.argv.includes('--quick')
const isJson = process.argv.includes('--json')
/** `named`: the gateway with a model named by the caller, so without a decision. `stored`: routed, with the outcome store on. */
const NAMES = ['direct', 'pass', 'named', 'routed', 'stored'] as const
const KINDS: readonly Kind[] = ['json', 'sse']
const ROUNDS = isQuick ? 3 : 9
/** Requests of one cell. Streams have 100 events each. */
const REQUESTS = { json: isQuick ? 1500 : 3000, sse: isQuick ? 200 : 400 }
/** Before measuring: the just-in-time compiler needs tens of thousands of requests until the tail settles. */
const WARM_UP = { json: isQuick ? 6000 : 20_000, sse: isQuick ? 500 : 1500 }
/** Processor time is measured under load, latency with one request at a time. */
const BUSY_CONNECTIONS = 32
/** Rows that the artifact is trained on: neighbours are searched among them, so a decision costs more with more. */
const TRAINING_ROWS = 1000

interface Target {
  readonly child: Child
  readonly model: LoadOrder['model']
}

async function load(generator: Child, order: LoadOrder): Promise<LoadResult> {
  const result = (await generator.ask(order)) as LoadResult
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return result
}

async function measure(generator: Child, { child, model }: Target, kind: Kind): Promise<Cell> {
  const requests = REQUESTS[kind]
  const order = { port: child.port, streamFraction: kind === 'sse' ? 1 : 0, model }
  const before = await child.usage()
  const busy = await load(generator, { ...order, connections: BUSY_CONNECTIONS, requests })
  const after = await child.usage()
  const calm = await load(generator, { ...order, connections: 1, requests: Math.ceil(requests / 2) })
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
    requestsPerSecond: requests / busy.seconds,
    p50Ms: calm.p50Ms,
    p99Ms: calm.p99Ms,
    firstByteP50Ms: calm.firstByteP50Ms,
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}

function medianCell(cells: readonly Cell[]): Cell {
  const of = (key: keyof Cell): number => median(cells.map((cell) => cell[key]))
  return {
    cpuMicros: of('cpuMicros'),
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    firstByteP50Ms: of('firstByteP50Ms'),
  }
}

/** To the pass-through of the same round: a slow minute of the machine hits both. Medians over rounds. */
interface Ratio {
  readonly cpu: number
  readonly addedP50: number
  readonly addedP99: number
}

interface Summary {
  readonly cells: Record<Name, Cell>
  readonly ratios: Record<'named' | 'routed' | 'stored', Ratio>
}

interface Started {
  readonly upstream: Child
  readonly generator: Child
  /** Environment of a gateway: where the model is, and the artifact. */
  readonly env: Readonly<Record<string, string>>
  readonly stop: (children: readonly Child[]) => Promise<void>
}

async function start(): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const artifact = join(folder, 'bench.weir')
  await writeBenchArtifact(artifact, TRAINING_ROWS)
  const upstream = await startChild('./gateway-upstream.ts')
  const generator = await startChild('./gateway-load.ts')
  return {
    upstream,
    generator,
    env: { UPSTREAM_PORT: String(upstream.port), ARTIFACT: artifact },
    async stop(children) {
      for (const child of [generator, ...children, upstream]) await child.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function noCells(): Record<Name, Cell[]> {
  return { direct: [], pass: [], named: [], routed: [], stored: [] }
}

async function compare(): Promise<Record<Kind, Summary>> {
  const { upstream, generator, env, stop } = await start()
  const pass = await startChild('./gateway-pass.ts', { env })
  const plain = await startChild('./gateway-weir.ts', { env })
  const storing = await startChild('./gateway-weir.ts', { env: { ...env, RECORD: 'on' } })
  const targets: Record<Name, Target> = {
    direct: { child: upstream, model: 'small' },
    pass: { child: pass, model: 'small' },
    named: { child: plain, model: 'small' },
    routed: { child: plain, model: 'weir' },
    stored: { child: storing, model: 'weir' },
  }
  const cells: Record<Kind, Record<Name, Cell[]>> = { json: noCells(), sse: noCells() }
  for (const kind of KINDS) {
    for (const name of NAMES) {
      const { child, model } = targets[name]
      const order = {
        port: child.port,
        connections: BUSY_CONNECTIONS,
        streamFraction: kind === 'sse' ? 1 : 0,
        model,
      }
      await load(generator, { ...order, requests: WARM_UP[kind] })
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of KINDS) {
      for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) {
        cells[kind][name].push(await measure(generator, targets[name], kind))
      }
    }
  }
  await stop([storing, plain, pass])
  return { json: summarize(cells.json), sse: summarize(cells.sse) }
}

function summarize(cells: Record<Name, readonly Cell[]>): Summary {
  const ratio = (name: Name): Ratio => {
    const rounds = cells[name].map((cell, round) => {
      const direct = cells.direct[round] ?? cell
      const pass = cells.pass[round] ?? cell
      return {
        cpu: cell.cpuMicros / pass.cpuMicros,
        addedP50: (cell.p50Ms - direct.p50Ms) / (pass.p50Ms - direct.p50Ms),
        addedP99: (cell.p99Ms - direct.p99Ms) / (pass.p99Ms - direct.p99Ms),
      }
    })
    return {
      cpu: median(rounds.map(({ cpu }) => cpu)),
      addedP50: median(rounds.map(({ addedP50 }) => addedP50)),
      addedP99: median(rounds.map(({ addedP99 }) => addedP99)),
    }
  }
  return {
    cells: {
      direct: medianCell(cells.direct),
      pass: medianCell(cells.pass),
      named: medianCell(cells.named),
      routed: medianCell(cells.routed),
      stored: medianCell(cells.stored),
    },
    ratios: { named: ratio('named'), routed: ratio('routed'), stored: ratio('stored') },
  }
}

function print(result: Record<Kind, Summary>): void {
  for (const kind of KINDS) {
    const { ratios, cells } = result[kind]
    console.log(`\n${kind === 'json' ? 'JSON, 1 kB answer' : 'SSE, 100 events'}, medians of ${ROUNDS} rounds`)
    console.log(
      '           CPU us/req   req/s (c=32)   p50 ms (c=1)   p99 ms   first byte   : pass-through  CPU  p50  p99',
    )
    for (const name of NAMES) {
      const { cpuMicros, requestsPerSecond, p50Ms, p99Ms, firstByteP50Ms } = cells[name]
      const ratio = name === 'direct' || name === 'pass' ? undefined : ratios[name]
      const shown =
        ratio === undefined
          ? ''
          : [ratio.cpu, ratio.addedP50, ratio.addedP99].map((value) => value.toFixed(2)).join(' ')
      console.log(
        [
          name.padEnd(8),
          cpuMicros.toFixed(0).padStart(12),
          requestsPerSecond.toFixed(0).padStart(14),
          p50Ms.toFixed(3).padStart(14),
          p99Ms.toFixed(3).padStart(8),
          firstByteP50Ms.toFixed(3).padStart(12),
          shown.padStart(32),
        ].join(' '),
      )
    }
  }
}

interface Sample {
  readonly requests: number
  readonly rssMiB: number
  readonly heapMiB: number
  readonly externalMiB: number
}

/** 200,000 requests, one in ten a stream, in 20 parts with a full collection and a sample after each. */
async function soak(): Promise<readonly Sample[]> {
  const parts = 20
  const requests = isQuick ? 1000 : 10_000
  const { generator, env, stop } = await start()
  const gateway = await startChild('./gateway-weir.ts', {
    env: { ...env, RECORD: 'on' },
    flags: ['--expose-gc'],
  })
  const order = { port: gateway.port, connections: BUSY_CONNECTIONS, requests, streamFraction: 0.1 }
  const samples: Sample[] = []
  for (let part = 1; part <= parts; part += 1) {
    await load(generator, { ...order, model: 'weir' })
    const { rssBytes, heapBytes, externalBytes } = await gateway.usage()
    const sample = {
      requests: part * requests,
      rssMiB: rssBytes / 2 ** 20,
      heapMiB: heapBytes / 2 ** 20,
      externalMiB: externalBytes / 2 ** 20,
    }
    samples.push(sample)
    if (!isJson) {
      console.log(
        `${String(sample.requests).padStart(7)} requests   rss ${sample.rssMiB.toFixed(1)} MiB   heap ${sample.heapMiB.toFixed(1)} MiB   external ${sample.externalMiB.toFixed(1)} MiB`,
      )
    }
  }
  await stop([gateway])
  return samples
}

if (process.argv.includes('--soak')) {
  const samples = await soak()
  if (isJson) console.log(JSON.stringify({ soak: samples }, null, 2))
} else {
  const result = await compare()
  if (isJson) console.log(JSON.stringify({ gateway: result }, null, 2))
  else print(result)
}
