/**
 * What a running quantile remembers between requests: a plain value that its owner keeps, hands to the policy and replaces after each request.
 * Deciding stays pure: equal memory and equal state give an equal action.
 *
 * Signals: the latest `window` ones exactly, once in order of arrival and once sorted, so that the quantile is exact and follows a drift. A request
 * copies both (2 x window numbers), finding its place takes O(log window). Money: of the current period, a fixed number of requests that
 * share one budget.
 */
import type { Attempt } from '../contract/attempt.ts'
import type { SignalName } from '../contract/score.ts'
import { spent } from './caps.ts'

export interface QuantileMemory {
  /** Latest signals, ascending. */
  readonly ascending: Float64Array
  /** The same, oldest first. */
  readonly arrived: Float64Array
  /** Requests of this period that are done. */
  readonly requests: number
  /** Metered cost of their calls, USD. */
  readonly spentUsd: number
}

export interface MemoryOptions {
  /** Model whose answers carry the signal. */
  readonly model: string
  readonly signal: SignalName
  /** Signals kept. At least 1. Default 1,024. */
  readonly window?: number
  /** Requests that share one budget; after them the account begins anew. Default 1,000. */
  readonly period?: number
}

export const WINDOW: number = 1024
export const PERIOD: number = 1000

export const EMPTY_MEMORY: QuantileMemory = {
  ascending: new Float64Array(),
  arrived: new Float64Array(),
  requests: 0,
  spentUsd: 0,
}

/** The memory after one request, from all its attempts. */
export function remember(
  memory: QuantileMemory,
  attempts: readonly Attempt[],
  { model, signal, window = WINDOW, period = PERIOD }: MemoryOptions,
): QuantileMemory {
  const value = attempts.find((one) => one.model === model)?.score?.signals[signal]
  const signals = value === undefined ? memory : withSignal(memory, value, window)
  const requests = memory.requests + 1
  const account =
    requests >= period
      ? { requests: 0, spentUsd: 0 }
      : { requests, spentUsd: memory.spentUsd + spent(attempts).usd }
  return { ascending: signals.ascending, arrived: signals.arrived, ...account }
}

/** Number of `ascending` below the value. */
export function countBelow(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

function withSignal(
  { ascending, arrived }: QuantileMemory,
  value: number,
  window: number,
): Pick<QuantileMemory, 'ascending' | 'arrived'> {
  const surplus = Math.max(0, arrived.length + 1 - window)
  let kept = ascending
  for (const old of arrived.subarray(0, surplus)) kept = without(kept, old)
  const latest = new Float64Array(arrived.length - surplus + 1)
  latest.set(arrived.subarray(surplus))
  latest[latest.length - 1] = value
  return { ascending: inserted(kept, value), arrived: latest }
}

function inserted(ascending: Float64Array, value: number): Float64Array {
  const at = countBelow(ascending, value)
  const result = new Float64Array(ascending.length + 1)
  result.set(ascending.subarray(0, at))
  result[at] = value
  result.set(ascending.subarray(at), at + 1)
  return result
}

function without(ascending: Float64Array, value: number): Float64Array {
  const at = countBelow(ascending, value)
  const result = new Float64Array(ascending.length - 1)
  result.set(ascending.subarray(0, at))
  result.set(ascending.subarray(at + 1), at)
  return result
}
