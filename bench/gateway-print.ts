/** The gateway bench for people: one table per kind of load. */
import { KINDS, type Closed, type Kind } from './gateway-closed.ts'
import { isPinned, NAMES } from './gateway-fleet.ts'
import type { OpenParts } from './gateway-open.ts'
import type { Sample } from './gateway-soak.ts'

export interface Measured {
  readonly closed: Readonly<Record<Kind, Closed>>
  readonly open: OpenParts | undefined
  readonly rounds: number
}

const CLOSED_COLUMNS = [
  'CPU us',
  'req/s c=64',
  'p50 ms c=1',
  'p99 ms',
  'first byte',
  'CPU:pass',
  'p50+:pass',
  'p99+:pass',
  'req/s:peer',
  'CPU:peer',
]

function printRow(name: string, values: readonly (number | undefined)[], digits: readonly number[]): void {
  const cells = values.map((value, i) => (value?.toFixed(digits[i] ?? 2) ?? '').padStart(11))
  console.log(name.padEnd(8) + cells.join(''))
}

function printHead(title: string, columns: readonly string[]): void {
  console.log(`\n${title}`)
  console.log(' '.repeat(8) + columns.map((column) => column.padStart(11)).join(''))
}

export function print({ closed, open, rounds }: Measured): void {
  console.log(
    isPinned
      ? 'targets on core 0, load and model on core 1'
      : 'not pinned: targets share cores with the load',
  )
  for (const kind of KINDS) {
    const title = kind === 'json' ? 'JSON, 1 kB answer' : 'SSE, 100 events back to back'
    printHead(`Closed loop, ${title}, medians of ${rounds} rounds`, CLOSED_COLUMNS)
    printClosed(closed[kind])
  }
  if (open !== undefined) printOpen(open)
}

function printClosed({ cells, ratios }: Closed): void {
  for (const name of NAMES) {
    const cell = cells[name]
    if (cell === undefined) continue
    const ratio = ratios[name]
    printRow(
      name,
      [
        cell.cpuMicros,
        cell.requestsPerSecond,
        cell.p50Ms,
        cell.p99Ms,
        cell.firstByteP50Ms,
        ratio?.cpuToPass,
        ratio?.addedP50ToPass,
        ratio?.addedP99ToPass,
        ratio?.throughputToPeer,
        ratio?.cpuToPeer,
      ],
      [0, 0, 3, 3, 3, 2, 2, 2, 2, 3],
    )
  }
}

function printOpen({ targets, many }: OpenParts): void {
  printHead('Open loop: JSON at 500/s; streams at 30/s with an event every 10 ms (ms)', [
    'JSON p50',
    'p99',
    'CPU us',
    'first p50',
    'p99',
    'relay p50',
    'p99',
    'longest gap',
  ])
  for (const name of NAMES) {
    const target = targets[name]
    if (target === undefined) continue
    const { json, jsonCpuMicros, paced } = target
    const { firstEvent, relay, longestGapMs } = paced
    printRow(
      name,
      [
        json.whole.p50Ms,
        json.whole.p99Ms,
        jsonCpuMicros,
        firstEvent.p50Ms,
        firstEvent.p99Ms,
        relay.p50Ms,
        relay.p99Ms,
        longestGapMs,
      ],
      [3, 3, 0, 3, 3, 3, 3, 0],
    )
  }
  printHead('512 streams at once, an event every 100 ms (ms)', ['open', 'relay p50', 'p99', 'longest gap'])
  for (const name of NAMES) {
    const one = many[name]
    if (one === undefined) continue
    printRow(name, [one.mostOpen, one.relay.p50Ms, one.relay.p99Ms, one.longestGapMs], [0, 3, 3, 0])
  }
}

export function printSample({ requests, rssMiB, heapMiB, externalMiB }: Sample): void {
  console.log(
    `${String(requests).padStart(8)} requests   rss ${rssMiB.toFixed(1)} MiB   heap ${heapMiB.toFixed(1)} MiB   external ${externalMiB.toFixed(1)} MiB`,
  )
}
