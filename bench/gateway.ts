/**
 * Gateway bench: what weir costs per request beside the least that a Node program can do, and beside a gateway of its kind, in one run.
 *
 *   node bench/gateway.ts [--peer] [--json] [--quick]     closed and open loop, JSON and streams
 *   node bench/gateway.ts --soak [--json] [--quick]       a million requests with memory samples (--quick: 100,000)
 *
 * Further: --rounds=N, --closed (no open loop), --only=pass,full (these targets), --flags=--max-semi-space-size=16 (Node's, for targets).
 * `npm run bench:gateway` is the first with --peer. Load, model and targets are processes of their own. Absolute figures move with the
 * machine; ratios within a round are what counts. How to read it, and the targets: docs/bench.md.
 */
import { measureClosed, type Closed, type Kind } from './gateway-closed.ts'
import { isPinned, NAMES, type Name } from './gateway-fleet.ts'
import { measureOpen, STALL_MS, type OpenParts } from './gateway-open.ts'
import { print, printSample, type Measured } from './gateway-print.ts'
import { soak } from './gateway-soak.ts'

const options = process.argv.slice(2)
const has = (flag: string): boolean => options.includes(flag)
const valueOf = (flag: string): string | undefined =>
  options.find((option) => option.startsWith(`${flag}=`))?.slice(flag.length + 1)

const isJson = has('--json')
const isQuick = has('--quick')

function chooseNames(): readonly Name[] {
  const only = valueOf('--only')?.split(',')
  return NAMES.filter((name) => {
    if (name === 'peer') return has('--peer')
    // Both are what the ratios are taken to.
    return only === undefined || only.includes(name) || name === 'direct' || name === 'pass'
  })
}

/** One flat object first, as the acceptance lines name the figures; everything measured after it. */
function toJson({ closed, open }: Measured): object {
  const { ratios } = closed.json
  const best = ratios.full ?? ratios.routed
  return {
    throughputRatioToPortkey: best?.throughputToPeer,
    cpuRatioToPortkey: best?.cpuToPeer,
    cpuRatioToPassThrough: best?.cpuToPass,
    addedP50RatioToPassThrough: best?.addedP50ToPass,
    ...toOpenJson(open),
    node: process.version,
    isPinned,
    ...flatten(closed),
    open,
  }
}

function toOpenJson(open: OpenParts | undefined): object {
  const { direct, full, peer } = open?.targets ?? {}
  const many = open?.many.full
  if (direct === undefined || full === undefined || many === undefined) return {}
  const added = (other: typeof full | undefined): number | undefined =>
    other === undefined ? undefined : other.paced.firstEvent.p50Ms - direct.paced.firstEvent.p50Ms
  return {
    addedFirstTokenP50Ms: added(full),
    addedFirstTokenP50MsOfPortkey: added(peer),
    pacedStreamsAtOnce: many.mostOpen,
    longestGapMs: many.longestGapMs,
    stalls: many.longestGapMs > STALL_MS,
  }
}

function flatten(closed: Readonly<Record<Kind, Closed>>): object {
  return { json: closed.json, sse: closed.sse }
}

if (has('--soak')) {
  const result = await soak(isQuick ? 100_000 : 1_000_000, (sample) => {
    if (!isJson) printSample(sample)
  })
  const { idle, settled } = result
  const figures = { idleRssMiB: idle.rssMiB, settledToIdleRatio: settled.rssMiB / idle.rssMiB }
  console.log(isJson ? JSON.stringify({ ...figures, ...result }, null, 2) : figures)
} else {
  const names = chooseNames()
  const flags = valueOf('--flags')?.split(' ') ?? []
  const rounds = Number(valueOf('--rounds') ?? (isQuick ? 3 : 9))
  const closed = await measureClosed({ names, rounds, isQuick, flags })
  const open = has('--closed') ? undefined : await measureOpen({ names, isQuick, flags })
  const measured: Measured = { closed, open, rounds }
  if (isJson) console.log(JSON.stringify(toJson(measured), null, 2))
  else print(measured)
}
