/**
 * Gateway bench: what weir costs per request beside the least that a Node program can do, in the same run.
 *
 *   node bench/gateway.ts [--json] [--quick]     processor time and added latency, direct, pass-through and weir interleaved
 *   node bench/gateway.ts --soak [--json]        200,000 requests with memory samples
 *
 * Load, model and target are processes of their own on the same cores. Absolute figures move with the machine; the ratio
 * weir : pass-through of one run is what counts. Medians over rounds. Target: both ratios at most 1.5.
 */
import { startChild, type Child } from './gateway-process.ts'
import type { LoadOrder, LoadResult } from './gateway-load.ts'

type Kind = 'json' | 'sse'
type Name = 'direct' | 'pass' | 'weir'

interface Cell {
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
}

const isQuick = process.argv.includes('--quick')
const isJson = process.argv.includes('--json')
const NAMES: readonly Name[] = ['direct', 'pass', 'weir']
const KINDS: readonly Kind[] = ['json', 'sse']
const ROUNDS = isQuick ? 3 : 7
/** Requests of one cell. Streams have 100 events each. */
const REQUESTS = { json: isQuick ? 1500 : 4000, sse: isQuick ? 200 : 500 }
/** Before measuring: the just-in-time compiler needs tens of thousands of requests until the tail settles. */
const WARM_UP = { json: isQuick ? 8000 : 25_000, sse: isQuick ? 500 : 2000 }
/** Processor time is measured under load, latency with one request at a time. */
const BUSY_CONNECTIONS = 32

async function load(generator: Child, order: LoadOrder): Promise<LoadResult> {
  const result = (await generator.ask(order)) as LoadResult
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return result
}

async function measure(generator: Child, target: Child, kind: Kind): Promise<Cell> {
  const streamFraction = kind === 'sse' ? 1 : 0
  const requests = REQUESTS[kind]
  const before = await target.usage()
  const busy = await load(generator, {
    port: target.port,
    connections: BUSY_CONNECTIONS,
    requests,
    streamFraction,
  })
  const after = await target.usage()
  const calm = await load(generator, {
    port: target.port,
    connections: 1,
    requests: Math.ceil(requests / 2),
    streamFraction,
  })
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

interface Summary extends Record<Name, Cell> {
  readonly ratio: { readonly cpu: number; readonly addedP50: number; readonly addedP99: number }
}

async function compare(): Promise<Record<Kind, Summary>> {
  const upstream = await startChild('./gateway-upstream.ts')
  const generator = await startChild('./gateway-load.ts')
  const env = { UPSTREAM_PORT: String(upstream.port) }
  const targets: Record<Name, Child> = {
    direct: upstream,
    pass: await startChild('./gateway-pass.ts', { env }),
    weir: await startChild('./gateway-weir.ts', { env }),
  }
  const cells: Record<Kind, Record<Name, Cell[]>> = {
    json: { direct: [], pass: [], weir: [] },
    sse: { direct: [], pass: [], weir: [] },
  }
  for (const kind of KINDS) {
    for (const name of NAMES) {
      const order = {
        port: targets[name].port,
        connections: BUSY_CONNECTIONS,
        streamFraction: kind === 'sse' ? 1 : 0,
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
  for (const child of new Set([generator, targets.weir, targets.pass, upstream])) await child.stop()
  return { json: summarize(cells.json), sse: summarize(cells.sse) }
}

function summarize(cells: Record<Name, readonly Cell[]>): Summary {
  // Ratios are taken inside each round, then their median: a slow minute of the machine hits both.
  const perRound = (read: (direct: Cell, pass: Cell, weir: Cell) => number): number =>
    median(
      cells.weir.map((weir, round) => {
        const direct = cells.direct[round]
        const pass = cells.pass[round]
        return direct === undefined || pass === undefined ? Number.NaN : read(direct, pass, weir)
      }),
    )
  return {
    direct: medianCell(cells.direct),
    pass: medianCell(cells.pass),
    weir: medianCell(cells.weir),
    ratio: {
      cpu: perRound((_direct, pass, weir) => weir.cpuMicros / pass.cpuMicros),
      addedP50: perRound((direct, pass, weir) => (weir.p50Ms - direct.p50Ms) / (pass.p50Ms - direct.p50Ms)),
      addedP99: perRound((direct, pass, weir) => (weir.p99Ms - direct.p99Ms) / (pass.p99Ms - direct.p99Ms)),
    },
  }
}

function print(result: Record<Kind, Summary>): void {
  for (const kind of KINDS) {
    const { ratio, ...cells } = result[kind]
    console.log(`\n${kind === 'json' ? 'JSON, 1 kB answer' : 'SSE, 100 events'}`)
    console.log('            CPU us/req   req/s (c=32)   p50 ms (c=1)   p99 ms   first byte p50 ms')
    for (const name of NAMES) {
      const { cpuMicros, requestsPerSecond, p50Ms, p99Ms, firstByteP50Ms } = cells[name]
      console.log(
        [
          name.padEnd(8),
          cpuMicros.toFixed(0).padStart(12),
          requestsPerSecond.toFixed(0).padStart(14),
          p50Ms.toFixed(3).padStart(14),
          p99Ms.toFixed(3).padStart(10),
          firstByteP50Ms.toFixed(3).padStart(16),
        ].join(' '),
      )
    }
    console.log(
      `weir : pass-through   CPU ${ratio.cpu.toFixed(2)}   added p50 ${ratio.addedP50.toFixed(2)}   added p99 ${ratio.addedP99.toFixed(2)}`,
    )
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
  const upstream = await startChild('./gateway-upstream.ts')
  const generator = await startChild('./gateway-load.ts')
  const env = { UPSTREAM_PORT: String(upstream.port) }
  const weir = await startChild('./gateway-weir.ts', { env, flags: ['--expose-gc'] })
  const samples: Sample[] = []
  for (let part = 1; part <= parts; part += 1) {
    await load(generator, { port: weir.port, connections: BUSY_CONNECTIONS, requests, streamFraction: 0.1 })
    const { rssBytes, heapBytes, externalBytes } = await weir.usage()
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
  for (const child of [generator, weir, upstream]) await child.stop()
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
