/**
 * Bootstrap intervals, paired over queries: every resample draws whole queries, with both models' answers and every router's score, so that
 * what two numbers share cancels in their difference.
 *
 *   draw n queries with replacement, compute the statistics, repeat; interval = the 2.5% and 97.5% quantiles of the values
 *
 * Source: Efron and Tibshirani, "An Introduction to the Bootstrap", chapter 13 (percentile interval). It speaks of the chance in these rows;
 * the chance in training is told by other seeds. Rows that repeat a question are drawn as if they were independent.
 */
import { createRng } from '../math/rng.ts'

/** [low, high], 95%. */
export type Interval = readonly [number, number]

export interface BootstrapOptions {
  readonly seed: number
  /** Number of resamples. Default 1000: the ends then move by about a tenth of the interval's width between seeds. */
  readonly resamples?: number
}

/** Drawn copies of each query, one entry per query; they add up to the number of queries. */
export type Draw = Uint16Array

export const DEFAULT_RESAMPLES: number = 1000

/** Share of resamples in which a statistic may be undefined before its interval is, too: it would describe a selection. */
const MOST_UNDEFINED = 0.05

/**
 * Intervals of named statistics over `n` queries, in the order of the names. `statistics` gets a draw and returns one value per name,
 * undefined where it has none; its array may be reused. A name that is undefined in more than 5% of the resamples has no interval.
 */
export function bootstrap<Name extends string>(
  n: number,
  statistics: (draw: Draw) => Readonly<Record<Name, number | undefined>>,
  { seed, resamples = DEFAULT_RESAMPLES }: BootstrapOptions,
): Readonly<Record<Name, Interval | undefined>> {
  const rng = createRng(seed)
  const draw = new Uint16Array(n)
  const values = new Map<Name, number[]>()
  for (let resample = 0; resample < resamples; resample++) {
    draw.fill(0)
    for (let i = 0; i < n; i++) {
      const query = rng.int(n)
      draw[query] = (draw[query] ?? 0) + 1
    }
    for (const [name, value] of Object.entries(statistics(draw)) as [Name, number | undefined][]) {
      const seen = values.get(name) ?? []
      if (value !== undefined) seen.push(value)
      values.set(name, seen)
    }
  }
  const intervals = [...values].map(([name, seen]) => [name, toInterval(seen, resamples)])
  return Object.fromEntries(intervals) as Record<Name, Interval | undefined>
}

/**
 * The drawn queries' values in a given order of queries, each repeated as often as it was drawn. The order may name some of the queries only:
 * the result is as long as their draws add up to.
 */
export function expandDraw(draw: Draw, order: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
  let size = 0
  for (let i = 0; i < order.length; i++) size += draw[order[i] ?? 0] ?? 0
  const expanded = new Float64Array(size)
  let at = 0
  for (let i = 0; i < order.length; i++) {
    const query = order[i] ?? 0
    const value = values[query] ?? 0
    for (let copies = draw[query] ?? 0; copies > 0; copies--) expanded[at++] = value
  }
  return expanded
}

function toInterval(values: number[], resamples: number): Interval | undefined {
  if (values.length === 0 || values.length < (1 - MOST_UNDEFINED) * resamples) return undefined
  values.sort((a, b) => a - b)
  return [quantile(values, 0.025), quantile(values, 0.975)]
}

/** Linear between neighbours; `sorted` ascending and not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? 0
  return low + (high - low) * (at - Math.floor(at))
}
