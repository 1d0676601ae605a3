/**
 * Open loop: what users feel of a gateway that is not full. JSON at a steady rate; streams at the pace of a model, 30 new ones a second;
 * and 512 of them at once, where a stall would show.
 */
import { startFleet, type Fleet, type FleetOptions, type Name } from './gateway-fleet.ts'
import type { OpenOrder, OpenResult } from './gateway-arrivals.ts'

/** Time without an event that counts as a stall, ms. Ten paces. */
export const STALL_MS = 1000

const JSON_RATE = 500
const STREAM_RATE = 30
const MANY_STREAMS = 512

export interface Open {
  /** JSON at 500 requests per second. */
  readonly json: OpenResult
  /** CPU of the target per request at that rate: cold caches make it dearer than under full load. */
  readonly jsonCpuMicros: number
  /** 30 new streams per second, an event every 10 ms. */
  readonly paced: OpenResult
}

export type Opens = Partial<Record<Name, Open>>

export interface OpenParts {
  readonly targets: Opens
  /** 512 streams at once with an event every 100 ms. */
  readonly many: Partial<Record<Name, OpenResult>>
}

export async function measureOpen(options: FleetOptions & { readonly isQuick: boolean }): Promise<OpenParts> {
  const names = options.names.filter((name) => name !== 'named' && name !== 'routed')
  const fleet = await startFleet({ ...options, names })
  const seconds = options.isQuick ? 2 : 8
  try {
    const targets: Opens = {}
    const many: Partial<Record<Name, OpenResult>> = {}
    // The first pass warms up, the second is kept.
    for (let pass = 0; pass < 2; pass += 1) {
      for (const name of names) targets[name] = await measureOne(fleet, name, pass === 0 ? 2 : seconds)
    }
    for (const name of ['direct', 'full'] as const) {
      if (fleet.targets.has(name)) many[name] = await measureMany(fleet, name)
    }
    return { targets, many }
  } finally {
    await fleet.stop()
  }
}

type Shape = Pick<OpenOrder, 'requestKind' | 'ratePerSecond' | 'requests'>

async function run({ generator, targets }: Fleet, name: Name, shape: Shape): Promise<OpenResult> {
  const { target } = targets.get(name)!
  const order: OpenOrder = { kind: 'open', ...target, ...shape, seed: 1 }
  const result = (await generator.ask(order)) as OpenResult
  if (result.failures > 0) throw new Error(`${name}: ${result.failures} requests failed`)
  return result
}

async function measureOne(fleet: Fleet, name: Name, seconds: number): Promise<Open> {
  const { child } = fleet.targets.get(name)!
  const requests = JSON_RATE * seconds
  const before = await child.usage()
  const json = await run(fleet, name, { requestKind: 'json', ratePerSecond: JSON_RATE, requests })
  const after = await child.usage()
  const paced = await run(fleet, name, {
    requestKind: 'paced-10',
    ratePerSecond: STREAM_RATE,
    requests: STREAM_RATE * seconds,
  })
  return { json, jsonCpuMicros: (after.cpuMicros - before.cpuMicros) / requests, paced }
}

/** All within half a second; a stream lasts five, so that all are open together. */
function measureMany(fleet: Fleet, name: Name): Promise<OpenResult> {
  return run(fleet, name, {
    requestKind: 'paced-100',
    ratePerSecond: 2 * MANY_STREAMS,
    requests: MANY_STREAMS,
  })
}
