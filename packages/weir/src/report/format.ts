/**
 * Numbers as people read them: percent for shares, few digits, one sign for "not known". Percent exists only here, in displayed text.
 */
import type { Interval } from '@weir/core'

export const UNKNOWN: string = '–'

/** A share in [0, 1] as percent: 0.8234 -> 82.3%. */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined ? UNKNOWN : `${(share * 100).toFixed(digits)}%`
}

/** Three decimals: 0.687. */
export function decimal(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? UNKNOWN : value.toFixed(digits)
}

/** Both ends of an interval in the given form: 0.661 to 0.713. */
export function between(
  interval: Interval | null | undefined,
  show: (value: number) => string = (value) => decimal(value),
): string {
  return interval === null || interval === undefined
    ? UNKNOWN
    : `${show(interval[0])} to ${show(interval[1])}`
}

/** US dollars with two significant digits below a cent: $0.0012; $1.25 above. */
export function dollars(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return UNKNOWN
  if (usd === 0) return '$0'
  if (usd >= 0.1) return `$${usd.toFixed(2)}`
  // Rounded first: 0.00099999 has two digits as 0.0010, one place earlier than its own logarithm says.
  const rounded = Number(usd.toPrecision(2))
  return `$${rounded.toFixed(Math.min(10, 1 - Math.floor(Math.log10(rounded) + 1e-9)))}`
}

/** Counts with thousands separators: 12,032. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : Math.round(value).toLocaleString('en-US')
}

/** A count with its noun: 1 row, 12,032 rows. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
