/**
 * Null routers: what needs no router, and so what a router must beat. Three of them, always printed:
 *
 *   best single model    everything to the better of the two, the small one when they are equal
 *   best per task type   the model that a table of categories expects to be better (shrunken mean gap >= 0: small); it is *told* the category
 *   random mix           models mixed by lot, at the same mean cost as the router: the non-decreasing convex hull of the single models
 *
 * "Lead" is the router's quality minus a null router's at equal cost, at one level of quality asked for. Source: RouterBench,
 * arXiv:2403.12031 ("zero router": the hull of the single models); house.md section 5. A table that is fitted on the evaluated rows is
 * cross-fitted, see task-table.ts; the report says which.
 */
import { createConvexHull, hullHeight } from '../math/convex-hull.ts'
import type { Draw } from './bootstrap.ts'
import { endsOf, qualityAtCost, type CostCurve, type CostPoint } from './cost-curve.ts'
import type { CostColumns } from './efficiency.ts'
import type { LevelTrials, TrialLog } from './trial-log.ts'

/** A router that sends each query to one model, whatever the level: a point of the plane. */
export interface FixedRouter extends CostPoint {
  /** Share of queries kept small. */
  readonly costAdvantage: number
}

/** The router at one level and the null routers at the same mean cost. Undefined where no mix can cost as little or as much. */
export interface LeadAtLevel {
  readonly asked: number
  /** Mean cost at this level, in units of the axis. */
  readonly cost: number
  readonly quality: number
  readonly randomMix: number | undefined
  readonly taskTable: number | undefined
  readonly leadOverRandomMix: number | undefined
  readonly leadOverTaskTable: number | undefined
  readonly leadOverBestSingle: number
}

export interface NullRouters {
  /** Undefined without categories. */
  readonly bestPerTaskType: FixedRouter | undefined
  readonly levels: readonly LeadAtLevel[]
}

/** The router's and the task-type table's cost curves of one draw. */
export interface DrawnCurves {
  readonly router: CostCurve
  /** Undefined without categories. */
  readonly table: CostCurve | undefined
}

/** Reads the null routers off a draw. `taskScores`: expected gap of each row's category; undefined without categories. */
export function createNullReader(
  log: TrialLog,
  taskScores: ArrayLike<number> | undefined,
  costs: CostColumns,
): (draw: Draw, curves: DrawnCurves) => NullRouters {
  const byType =
    taskScores &&
    createMeans(
      log,
      costs,
      Array.from(taskScores, (gap) => (gap >= 0 ? 1 : 0)),
    )
  const levels = log.levels.map(
    (level) => [level, createMeans(log, pathCosts(level, costs), level.kept)] as const,
  )
  return (draw, curves) => ({
    bestPerTaskType: byType?.(draw),
    levels: levels.map(([level, means]) => readLead(level, means(draw), curves)),
  })
}

/** What a query cost on its whole path, on the axis of money. */
function pathCosts({ paths }: LevelTrials, costs: CostColumns): CostColumns {
  if (costs.axis !== 'costUsd' || paths.every((path) => path === undefined)) return costs
  const cost = Float64Array.from(paths, (path) => path?.costUsd ?? 0)
  return { ...costs, smallCost: cost, largeCost: cost }
}

function readLead(
  { asked }: LevelTrials,
  { cost, quality }: FixedRouter,
  { router, table }: DrawnCurves,
): LeadAtLevel {
  const { small, large } = endsOf(router)
  const hull = createConvexHull([large.cost, small.cost], [large.quality, small.quality])
  const randomMix = hullHeight(hull, cost)
  const taskTable = table && qualityAtCost(table, cost)
  return {
    asked,
    cost,
    quality,
    randomMix,
    taskTable,
    leadOverRandomMix: randomMix === undefined ? undefined : quality - randomMix,
    leadOverTaskTable: taskTable === undefined ? undefined : quality - taskTable,
    leadOverBestSingle: quality - Math.max(small.quality, large.quality),
  }
}

/** Means of a fixed choice over the drawn rows that know their costs. `kept`: 1 where the query is kept small. */
function createMeans(
  { small, large }: TrialLog,
  { known, smallCost, largeCost }: CostColumns,
  kept: readonly number[],
): (draw: Draw) => FixedRouter {
  // Rows that do not know their costs weigh nothing.
  const pick = (ofSmall: ArrayLike<number>, ofLarge: ArrayLike<number>): Float64Array =>
    Float64Array.from(
      kept,
      (isSmall, i) => (known[i] ?? 0) * ((isSmall === 1 ? ofSmall[i] : ofLarge[i]) ?? 0),
    )
  const [quality, cost] = [pick(small, large), pick(smallCost, largeCost)]
  return (draw) => {
    const sum = { rows: 0, quality: 0, cost: 0, kept: 0 }
    for (let i = 0; i < draw.length; i++) {
      const copies = draw[i] ?? 0
      if (copies === 0) continue
      sum.rows += copies * (known[i] ?? 0)
      sum.quality += copies * (quality[i] ?? 0)
      sum.cost += copies * (cost[i] ?? 0)
      sum.kept += copies * (known[i] ?? 0) * (kept[i] ?? 0)
    }
    const { rows } = sum
    return { quality: sum.quality / rows, cost: sum.cost / rows, costAdvantage: sum.kept / rows }
  }
}
