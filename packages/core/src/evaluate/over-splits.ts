/**
 * One number per split -> mean, spread and interval.
 */
import type { Interval } from './bootstrap.ts'
import type { OverSplits } from './comparison.ts'

/** Null when a split has no value: a mean over the others would speak of other rows. */
export function summariseSplits(
  values: readonly (number | undefined)[],
  interval?: Interval,
): OverSplits | null {
  const known = values.filter((value) => value !== undefined)
  if (known.length < values.length || known.length === 0) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return {
    mean,
    sd: known.length === 1 ? null : Math.sqrt(squares / (known.length - 1)),
    interval: interval ?? null,
    values: known,
  }
}

/** Undefined when one value is. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return values.length === 0 ? undefined : sum / values.length
}
