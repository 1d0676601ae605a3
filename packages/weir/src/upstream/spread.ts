/**
 * Spread: the upstreams of one model. The one with the least expected work is called; those that rest or have failed in this call are passed over.
 */
import type { Clock } from './clock.ts'
import type { Endpoint } from './endpoint.ts'
import type { LiveAttempt } from './live-attempt.ts'
import { chooseLeastWork } from './load.ts'
import type { Spread } from './retry.ts'

export interface SpreadTools {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/** `endpoints`: at least one. */
export function createSpread(endpoints: readonly Endpoint[], { clock, random }: SpreadTools): Spread {
  const at = (position: number): Endpoint => {
    const endpoint = endpoints[position]
    if (endpoint === undefined) throw new RangeError(`no upstream ${position}`)
    return endpoint
  }
  return {
    size: endpoints.length,
    choose(tried) {
      const nowMs = clock.nowMs()
      if (endpoints.length === 1) return tried.size === 0 && at(0).waitMs(nowMs) <= 0 ? 0 : undefined
      const open: number[] = []
      endpoints.forEach((one, position) => {
        if (!tried.has(position) && one.waitMs(nowMs) <= 0) open.push(position)
      })
      if (open.length < 2) return open[0]
      return open[chooseLeastWork(open.map(at), random())]
    },
    waitMs: (position) => at(position).waitMs(clock.nowMs()),
    send: (position, request) => at(position).send(request),
    keys: (position) => at(position).keys,
    unavailable: () => soonest(endpoints, clock.nowMs()),
  }
}

/** The caller may come back when the first of them is free. */
function soonest(endpoints: readonly Endpoint[], nowMs: number): LiveAttempt {
  const attempts = endpoints.map((one) => one.unavailable(nowMs))
  const [first] = attempts.toSorted((a, b) => waitOf(a) - waitOf(b))
  if (first === undefined) throw new RangeError('no upstream')
  return first
}

/** Finite, so that two of them can be compared. */
function waitOf({ retryAfterMs = Number.MAX_VALUE }: LiveAttempt): number {
  return retryAfterMs
}
