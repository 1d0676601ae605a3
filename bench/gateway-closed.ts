/**
 * Closed loop: processor time, throughput and latency of each target, interleaved in rounds. A slow minute of the machine hits all targets
 * of a round alike, so ratios are taken within a round and their medians over rounds.
 */
import { installPeer, startFleet, type Fleet, type Name, type Placed } from './gateway-fleet.ts'
import type { ClosedOrder, ClosedResult } from './gateway-load.ts'
import type { Child } from './gateway-process.ts'

export const KINDS = ['json', 'sse'] as const
export type Kind = (typeof KINDS)[number]

export interface Cell {
  readonly cpuMicros: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly firstByteP50Ms: number
}

/** Processor time and throughput are measured under load, latency with one request at a time. */
const BUSY_CONNECTIONS = 64
/** Requests of one cell. Streams have 100 events each. */
const REQUESTS = { json: 3000, sse: 400 }
/** Before measuring: the just-in-time compiler needs tens of thousands of requests until the tail settles. */
const WARM_UP = { json: 20_000, sse: 1500 }
/** The peer takes its time; a fifth of the requests is a cell as long as the others'. */
const PEER_SHARE = 5
const QUICK_SHARE = 3

export interface ClosedOptions {
  readonly rounds: number
  readonly isQuick: boolean
  readonly names: readonly Name[]
  readonly flags?: readonly string[]
}

/** To other targets of the same round; medians over rounds. */
export interface Ratio {
  readonly cpuToPass: number
  readonly addedP50ToPass: number
  readonly addedP99ToPass: number
  /** Undefined without a peer. */
  readonly throughputToPeer: number | undefined
  readonly cpuToPeer: number | undefined
}

export interface Closed {
  readonly cells: Partial<Record<Name, Cell>>
  readonly ratios: Partial<Record<Name, Ratio>>
}

export async function load(generator: Child, order: ClosedOrder): Promise<ClosedResult> {
  const result = (await generator.ask(order)) as ClosedResult
  if (result.failures > 0) throw new Error(`${result.failures} requests failed`)
  return result
}

function orderOf({ target }: Placed, kind: Kind): Omit<ClosedOrder, 'connections' | 'requests'> {
  return { ...target, kind: 'closed', streamFraction: kind === 'sse' ? 1 : 0 }
}

async function measure(
  generator: Child,
  target: Placed,
  size: { kind: Kind; requests: number },
): Promise<Cell> {
  const { kind, requests } = size
  const order = orderOf(target, kind)
  const before = await target.child.usage()
  const busy = await load(generator, { ...order, connections: BUSY_CONNECTIONS, requests })
  const after = await target.child.usage()
  const calm = await load(generator, { ...order, connections: 1, requests: Math.ceil(requests / 3) })
  return {
    cpuMicros: (after.cpuMicros - before.cpuMicros) / requests,
    requestsPerSecond: requests / busy.seconds,
    p50Ms: calm.whole.p50Ms,
    p99Ms: calm.whole.p99Ms,
    firstByteP50Ms: calm.firstByte.p50Ms,
  }
}

export async function measureClosed(options: ClosedOptions): Promise<Record<Kind, Closed>> {
  if (options.names.includes('peer')) installPeer()
  const fleet = await startFleet(options)
  try {
    await warmUp(fleet, options)
    const cells = await runRounds(fleet, options)
    return { json: toClosed(cells.json), sse: toClosed(cells.sse) }
  } finally {
    await fleet.stop()
  }
}

function shareOf(name: Name, isQuick: boolean): number {
  return (name === 'peer' ? PEER_SHARE : 1) * (isQuick ? QUICK_SHARE : 1)
}

async function warmUp({ generator, targets }: Fleet, { isQuick }: ClosedOptions): Promise<void> {
  for (const kind of KINDS) {
    for (const [name, target] of targets) {
      const requests = Math.ceil(WARM_UP[kind] / shareOf(name, isQuick))
      await load(generator, { ...orderOf(target, kind), connections: BUSY_CONNECTIONS, requests })
    }
  }
}

type Cells = ReadonlyMap<Name, Cell[]>

async function runRounds(
  { generator, targets }: Fleet,
  { rounds, isQuick }: ClosedOptions,
): Promise<Record<Kind, Cells>> {
  const names = [...targets.keys()]
  const none = (): Cells => new Map(names.map((name) => [name, []]))
  const cells = { json: none(), sse: none() }
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of KINDS) {
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        const requests = Math.ceil(REQUESTS[kind] / shareOf(name, isQuick))
        cells[kind].get(name)!.push(await measure(generator, targets.get(name)!, { kind, requests }))
      }
    }
  }
  return cells
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const at = (index: number): number => sorted[index] ?? Number.NaN
  return sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2
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

function toClosed(cells: Cells): Closed {
  const medians: Partial<Record<Name, Cell>> = {}
  const ratios: Partial<Record<Name, Ratio>> = {}
  for (const [name, rounds] of cells) {
    medians[name] = medianCell(rounds)
    if (!['direct', 'pass', 'peer'].includes(name)) ratios[name] = toRatio(rounds, cells)
  }
  return { cells: medians, ratios }
}

function toRatio(rounds: readonly Cell[], cells: Cells): Ratio {
  const over = (of: (cell: Cell, other: (name: Name) => Cell) => number): number =>
    median(rounds.map((cell, round) => of(cell, (name) => cells.get(name)?.[round] ?? cell)))
  const hasPeer = cells.has('peer')
  return {
    cpuToPass: over((cell, other) => cell.cpuMicros / other('pass').cpuMicros),
    addedP50ToPass: over(
      (cell, other) => (cell.p50Ms - other('direct').p50Ms) / (other('pass').p50Ms - other('direct').p50Ms),
    ),
    addedP99ToPass: over(
      (cell, other) => (cell.p99Ms - other('direct').p99Ms) / (other('pass').p99Ms - other('direct').p99Ms),
    ),
    throughputToPeer: hasPeer
      ? over((cell, other) => cell.requestsPerSecond / other('peer').requestsPerSecond)
      : undefined,
    cpuToPeer: hasPeer ? over((cell, other) => cell.cpuMicros / other('peer').cpuMicros) : undefined,
  }
}
