/**
 * Soak: a million requests, one in ten a stream, against the gateway with everything on; memory before, during, and a minute after the
 * last request. Samples during the load force a collection, so that growth is what is held and not what waits to be collected; the idle
 * and the settled sample do not.
 */
import { load } from './gateway-closed.ts'
import { startFleet } from './gateway-fleet.ts'
import type { Usage } from './gateway-process.ts'

const PARTS = 20
const CONNECTIONS = 64
const SETTLE_MS = 60_000
const MIB = 2 ** 20

export interface Sample {
  readonly requests: number
  readonly rssMiB: number
  readonly heapMiB: number
  readonly externalMiB: number
}

export interface Soak {
  /** Before the first request. */
  readonly idle: Sample
  /** After the first part: compiled code and the buffers of busy connections are there. */
  readonly samples: readonly Sample[]
  /** A minute after the last request. */
  readonly settled: Sample
}

function toSample(requests: number, { rssBytes, heapBytes, externalBytes }: Usage): Sample {
  return { requests, rssMiB: rssBytes / MIB, heapMiB: heapBytes / MIB, externalMiB: externalBytes / MIB }
}

export async function soak(requests: number, onSample: (sample: Sample) => void): Promise<Soak> {
  const fleet = await startFleet({ names: ['full'] })
  try {
    const { child, target } = fleet.targets.get('full')!
    const take = async (sent: number): Promise<Sample> => {
      const sample = toSample(sent, await child.usage())
      onSample(sample)
      return sample
    }
    const idle = await take(0)
    const samples: Sample[] = []
    const each = Math.ceil(requests / PARTS)
    for (let part = 1; part <= PARTS; part += 1) {
      await load(fleet.generator, {
        ...target,
        kind: 'closed',
        connections: CONNECTIONS,
        requests: each,
        streamFraction: 0.1,
      })
      samples.push(await take(part * each))
    }
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return { idle, samples, settled: await take(PARTS * each) }
  } finally {
    await fleet.stop()
  }
}
