/**
 * What a pool's router did with rows, level by level, beside what needs no router: each model alone, mixes of single models, chance, the oracle.
 *
 *   hullGain = quality of the level - height of the convex hull over the single models at the level's mean cost
 *
 * A point on that hull needs no router: it is a mix of two single models (RouterBench, arXiv:2403.12031 section 3). Undefined below the cheapest
 * model's cost. Intervals by bootstrap over the rows, paired: 95%.
 */
import { createConvexHull, hullHeight } from '../math/convex-hull.ts'
import { bootstrap, type BootstrapOptions, type Draw, type Interval } from './bootstrap.ts'

export interface PoolReportRows {
  /** In the order of the columns. */
  readonly models: readonly string[]
  readonly reference: string
  /** Rows x models, row-major. Range [0, 1]. */
  readonly qualities: ArrayLike<number>
  /** The same, in units of cost. */
  readonly costs: ArrayLike<number>
  /** Place of the model that each row goes to. */
  readonly levels: readonly { readonly level: number; readonly chosen: ArrayLike<number> }[]
}

export interface PoolSystemPoint {
  readonly quality: number
  /** Mean of a query, in units of cost. */
  readonly cost: number
}

export interface PoolLevelReport extends PoolSystemPoint {
  readonly level: number
  /** Share of the reference's mean quality; null when that is 0. */
  readonly kept: number | null
  readonly hullGain: number | null
  /** Share of the rows that each model answers. */
  readonly shares: Readonly<Record<string, number>>
  readonly intervals: Readonly<Record<'quality' | 'cost' | 'kept' | 'hullGain', Interval | null>>
}

export interface PoolReport {
  readonly rows: number
  readonly reference: string
  readonly singles: readonly (PoolSystemPoint & { readonly model: string })[]
  /** The cheapest of the best. */
  readonly bestSingle: string
  /** A model drawn for each row, all as likely. */
  readonly random: PoolSystemPoint
  /** The best answer of each row; of several the cheapest. */
  readonly oracle: PoolSystemPoint
  readonly levels: readonly PoolLevelReport[]
}

export function createPoolReport(rows: PoolReportRows, options: BootstrapOptions): PoolReport {
  const { models, reference, qualities } = rows
  const count = qualities.length / models.length
  const all = new Uint16Array(count).fill(1)
  const singles = models.map((model, place) => ({ model, ...meanPoint(rows, all, () => place) }))
  const best = singles.reduce((one, other) => (other.quality > one.quality ? other : one))
  const place = models.indexOf(reference)
  return {
    rows: count,
    reference,
    singles,
    bestSingle: best.model,
    random: {
      quality: meanOf(singles.map(({ quality }) => quality)),
      cost: meanOf(singles.map(({ cost }) => cost)),
    },
    oracle: meanPoint(rows, all, (row) => bestAnswer(rows, row)),
    levels: rows.levels.map(({ level, chosen }) => {
      const measure = (draw: Draw): Measured => measureLevel(rows, draw, { chosen, reference: place })
      const intervals = bootstrap(count, measure, options)
      const measured = measure(all)
      return {
        level,
        quality: measured.quality ?? 0,
        cost: measured.cost ?? 0,
        kept: measured.kept ?? null,
        hullGain: measured.hullGain ?? null,
        shares: Object.fromEntries(models.map((model, at) => [model, shareOf(chosen, at)])),
        intervals: {
          quality: intervals.quality ?? null,
          cost: intervals.cost ?? null,
          kept: intervals.kept ?? null,
          hullGain: intervals.hullGain ?? null,
        },
      }
    }),
  }
}

type Measured = Readonly<Record<'quality' | 'cost' | 'kept' | 'hullGain', number | undefined>>

function measureLevel(
  rows: PoolReportRows,
  draw: Draw,
  { chosen, reference }: { readonly chosen: ArrayLike<number>; readonly reference: number },
): Measured {
  const singles = rows.models.map((_, place) => meanPoint(rows, draw, () => place))
  const { quality, cost } = meanPoint(rows, draw, (row) => chosen[row] ?? 0)
  const whole = singles[reference]?.quality ?? 0
  const hull = createConvexHull(
    singles.map((one) => one.cost),
    singles.map((one) => one.quality),
  )
  const height = hullHeight(hull, cost)
  return {
    quality,
    cost,
    kept: whole > 0 ? quality / whole : undefined,
    hullGain: height === undefined ? undefined : quality - height,
  }
}

/** Over the drawn rows. */
function meanPoint(
  { models, qualities, costs }: PoolReportRows,
  draw: Draw,
  placeOf: (row: number) => number,
): PoolSystemPoint {
  let [quality, cost, count] = [0, 0, 0]
  draw.forEach((copies, row) => {
    if (copies === 0) return
    const at = row * models.length + placeOf(row)
    count += copies
    quality += copies * (qualities[at] ?? 0)
    cost += copies * (costs[at] ?? 0)
  })
  return { quality: quality / count, cost: cost / count }
}

function bestAnswer({ models, qualities, costs }: PoolReportRows, row: number): number {
  let best = row * models.length
  const from = best
  for (let at = from + 1; at < from + models.length; at++) {
    const ahead = (qualities[at] ?? 0) - (qualities[best] ?? 0)
    if (ahead > 0 || (ahead === 0 && (costs[at] ?? 0) < (costs[best] ?? 0))) best = at
  }
  return best - from
}

function shareOf(chosen: ArrayLike<number>, place: number): number {
  let count = 0
  for (let row = 0; row < chosen.length; row++) count += chosen[row] === place ? 1 : 0
  return count / chosen.length
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
