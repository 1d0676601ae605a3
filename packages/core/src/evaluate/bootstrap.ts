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
  options: BootstrapOptions,
): Readonly<Record<Name, Interval | undefined>> {
  const replicates = resample(n, statistics, options)
  const intervals = [...replicates].map(([name, values]) => [name, percentileInterval(values)])
  return Object.fromEntries(intervals) as Record<Name, Interval | undefined>
}

/** The values behind the intervals: one per resample under each name, all names from the same draws, so that they may be subtracted. */
export function resample<Name extends string>(
  n: number,
  statistics: (draw: Draw) => Readonly<Record<Name, number | undefined>>,
  { seed, resamples = DEFAULT_RESAMPLES }: BootstrapOptions,
): ReadonlyMap<Name, readonly (number | undefined)[]> {
  const rng = createRng(seed)
  const draw = new Uint16Array(n)
  const replicates = new Map<Name, (number | undefined)[]>()
  for (let at = 0; at < resamples; at++) {
    draw.fill(0)
    for (let i = 0; i < n; i++) {
      const query = rng.int(n)
      draw[query] = (draw[query] ?? 0) + 1
    }
    for (const [name, value] of Object.entries(statistics(draw)) as [Name, number | undefined][]) {
      let values = replicates.get(name)
      if (values === undefined) {
        values = Array.from({ length: resamples }, () => undefined)
        replicates.set(name, values)
      }
      values[at] = value
    }
  }
  return replicates
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

/** The middle 95% of a statistic's values, one per resample; undefined when more than 5% of them are. */
export function percentileInterval(values: readonly (number | undefined)[]): Interval | undefined {
  const known = values.filter((value) => value !== undefined)
  if (known.length === 0 || known.length < (1 - MOST_UNDEFINED) * values.length) return undefined
  known.sort((a, b) => a - b)
  return [quantile(known, 0.025), quantile(known, 0.975)]
}

/** Linear between neighbours; `sorted` ascending and not empty. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const low = sorted[Math.floor(at)] ?? 0
  const high = sorted[Math.ceil(at)] ?? 0
  return low + (high - low) * (at - Math.floor(at))
}
