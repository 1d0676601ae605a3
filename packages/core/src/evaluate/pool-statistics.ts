/**
 * Every statistic of every system of one split, for any draw of its tested rows: the numbers come from a draw that takes each row once, their
 * intervals from others.
 */
import { areaUnderHull, createConvexHull } from '../math/convex-hull.ts'
import { averageImprovementInQuality, type CostRange } from './average-improvement-in-quality.ts'
import type { Draw } from './bootstrap.ts'
import type { CostPoint } from './cost-curve.ts'
import { meanQualityOverCost } from './mean-quality-over-cost.ts'
import { meanUtility, meanUtilityOfBest, sweepPoints, type Sweep } from './mean-utility.ts'
import { oracleGapRecovered } from './oracle-gap-recovered.ts'
import { createPointReader, type PlanePoints } from './plane-points.ts'
import type { PoolNullName, PoolStatistic } from './pool-comparison.ts'
import type { PoolComparisonTrials, PoolSplitTrials } from './pool-trials.ts'
import { qualityNeutralCost } from './quality-neutral-cost.ts'
import { relativeQuality } from './router-eval.ts'

export type PoolValues = Readonly<Record<PoolStatistic, number | undefined>>

export interface MeasuredSystem {
  readonly points: PlanePoints
  readonly values: PoolValues
}

export interface MeasuredSplit {
  readonly range: CostRange
  readonly nulls: Readonly<Record<PoolNullName, MeasuredSystem | undefined>>
  /** In the order of the split's methods. */
  readonly methods: readonly MeasuredSystem[]
}

/** Reads the split again and again, by draws of its tested rows. */
export function createSplitReader(
  trials: PoolComparisonTrials,
  split: PoolSplitTrials,
): (draw: Draw) => MeasuredSplit {
  const rows = pickRows(trials, split)
  const read = (chosen: readonly Uint8Array[]): ((draw: Draw) => PlanePoints) =>
    createPointReader({ ...rows, chosen })
  const { tested, costWeights, dearest, bestSingle, table } = split
  const places = [...trials.models.keys()]
  const readSingles = read(places.map((place) => new Uint8Array(tested.length).fill(place)))
  const readOracle = read(chooseByAnswers(rows, costWeights))
  const readTable = table && read(table)
  const readMethods = split.methods.map(({ chosen }) => read(chosen))
  const sweep = { costWeights, points: sweepPoints(costWeights, dearest) }
  return (draw) => {
    const ground = createGround(readSingles(draw), readOracle(draw), sweep)
    const measure = (points: PlanePoints): MeasuredSystem => ({
      points,
      values: measureCurve(points, ground),
    })
    return {
      range: ground.range,
      nulls: {
        random: measurePoint(meanOfPoints(ground.singles), ground),
        bestSingle: measurePoint(pointAt(ground.singles, bestSingle), ground),
        hullOfSingles: measureHull(ground),
        bestPerTaskType: readTable && measure(readTable(draw)),
        oracle: measure(ground.oracle),
      },
      methods: readMethods.map((reader) => measure(reader(draw))),
    }
  }
}

interface Rows {
  readonly qualities: Float64Array
  readonly costs: Float64Array
  readonly models: number
}

function pickRows({ models, qualities, costs }: PoolComparisonTrials, { tested }: PoolSplitTrials): Rows {
  const width = models.length
  const pick = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from(
      { length: tested.length * width },
      (_, i) => values[(tested[Math.floor(i / width)] ?? 0) * width + (i % width)] ?? 0,
    )
  return { qualities: pick(qualities), costs: pick(costs), models: width }
}

/** The oracle: the best utility by the answers themselves; ties: the cheaper model. */
function chooseByAnswers({ qualities, costs, models }: Rows, weights: readonly number[]): Uint8Array[] {
  return weights.map((weight) =>
    Uint8Array.from({ length: qualities.length / models }, (_, row) => {
      let best = 0
      const utilityOf = (place: number): number =>
        (qualities[row * models + place] ?? 0) - weight * (costs[row * models + place] ?? 0)
      for (let place = 1; place < models; place++) {
        const ahead = utilityOf(place) - utilityOf(best)
        const isCheaper = (costs[row * models + place] ?? 0) < (costs[row * models + best] ?? 0)
        if (ahead > 0 || (ahead === 0 && isCheaper)) best = place
      }
      return best
    }),
  )
}

/** What all systems of a draw are held against. */
interface Ground {
  readonly singles: PlanePoints
  readonly oracle: PlanePoints
  readonly sweep: Sweep
  readonly range: CostRange
  readonly cheapest: CostPoint
  readonly dearest: CostPoint
  /** The single model with the highest quality in this draw; the cheapest of several. */
  readonly best: CostPoint
  /** Mean heights over the range; undefined when it is empty. */
  readonly hullHeight: number | undefined
  readonly oracleHeight: number | undefined
}

function createGround(singles: PlanePoints, oracle: PlanePoints, sweep: Sweep): Ground {
  const points = [...singles.cost.keys()].map((place) => pointAt(singles, place))
  const first = points[0] ?? { cost: 0, quality: 0 }
  const cheapest = points.reduce((least, one) => (one.cost < least.cost ? one : least), first)
  const dearest = points.reduce((most, one) => (one.cost > most.cost ? one : most), first)
  const best = points.reduce((most, one) => (one.quality > most.quality ? one : most), first)
  const range = { from: cheapest.cost, to: dearest.cost }
  const hull = createConvexHull(singles.cost, singles.quality)
  const hasRange = range.to > range.from
  return {
    singles,
    oracle,
    sweep,
    range,
    cheapest,
    dearest,
    best,
    hullHeight: hasRange ? areaUnderHull(hull, range.from, range.to) / (range.to - range.from) : undefined,
    oracleHeight: meanQualityOverCost(oracle, range, cheapest.quality).value,
  }
}

function measureCurve(points: PlanePoints, ground: Ground): PoolValues {
  const { range, cheapest, sweep, best } = ground
  const height = meanQualityOverCost(points, range, cheapest.quality).value
  // Who has a router can also leave it: the cheapest model alone is a point of every system.
  const withCheapest = {
    cost: Float64Array.of(...points.cost, cheapest.cost),
    quality: Float64Array.of(...points.quality, cheapest.quality),
  }
  return {
    ...measureHeight(height, ground),
    meanUtility: meanUtility(points, sweep),
    averageImprovementInQuality: averageImprovementInQuality(raiseCosts(withCheapest, range.from), range)
      .value,
    qualityNeutralCost: qualityNeutralCost(points, best).value,
    highestQuality: points.quality.reduce((most, quality) => Math.max(most, quality), 0),
    ...measureQuality(points.quality[sweep.costWeights.lastIndexOf(0)] ?? 0, ground),
  }
}

/** A point that is cheaper than the range would move the hull's start: it can be had at the range's start as well. */
function raiseCosts({ cost, quality }: PlanePoints, from: number): PlanePoints {
  return { cost: cost.map((one) => Math.max(one, from)), quality }
}

/** What follows from the mean quality over the range. */
function measureHeight(
  height: number | undefined,
  { hullHeight, oracleHeight, cheapest, dearest }: Ground,
): Pick<PoolValues, 'meanQualityOverCost' | 'hullGain' | 'oracleGapRecovered' | 'apgr'> {
  if (height === undefined || hullHeight === undefined || oracleHeight === undefined) {
    return {
      meanQualityOverCost: undefined,
      hullGain: undefined,
      oracleGapRecovered: undefined,
      apgr: undefined,
    }
  }
  const gap = dearest.quality - cheapest.quality
  return {
    meanQualityOverCost: height,
    hullGain: height - hullHeight,
    oracleGapRecovered: oracleGapRecovered({ system: height, random: hullHeight, oracle: oracleHeight })
      .value,
    apgr: Math.abs(gap) < LEAST_GAP ? undefined : (height - cheapest.quality) / gap,
  }
}

/** As math/average-pgr.ts: below it a share of the gap is noise. */
const LEAST_GAP = 1e-3

/** V_R and V_B where money does not matter. */
function measureQuality(
  quality: number,
  { dearest, best }: Ground,
): Pick<PoolValues, 'relativeToReference' | 'relativeToBestSingle'> {
  return {
    relativeToReference: relativeQuality(quality, dearest.quality).value,
    relativeToBestSingle: relativeQuality(quality, best.quality).value,
  }
}

/** A system with one operating point has no height over a range of costs. */
function measurePoint(point: CostPoint, ground: Ground): MeasuredSystem {
  const points = { cost: Float64Array.of(point.cost), quality: Float64Array.of(point.quality) }
  return {
    points,
    values: {
      ...measureHeight(undefined, ground),
      meanUtility: meanUtilityOfBest(points, ground.sweep),
      averageImprovementInQuality: undefined,
      qualityNeutralCost: qualityNeutralCost(points, ground.best).value,
      highestQuality: point.quality,
      ...measureQuality(point.quality, ground),
    },
  }
}

function measureHull(ground: Ground): MeasuredSystem {
  const { singles, sweep, best, hullHeight } = ground
  const { cost, quality } = createConvexHull(singles.cost, singles.quality)
  return {
    points: { cost: cost.toReversed(), quality: quality.toReversed() },
    values: {
      ...measureHeight(hullHeight, ground),
      meanUtility: meanUtilityOfBest(singles, sweep),
      averageImprovementInQuality: hullHeight,
      qualityNeutralCost: qualityNeutralCost(singles, best).value,
      highestQuality: best.quality,
      ...measureQuality(best.quality, ground),
    },
  }
}

function pointAt({ cost, quality }: PlanePoints, place: number): CostPoint {
  return { cost: cost[place] ?? 0, quality: quality[place] ?? 0 }
}

function meanOfPoints({ cost, quality }: PlanePoints): CostPoint {
  return { cost: meanOfAll(cost), quality: meanOfAll(quality) }
}

function meanOfAll(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
