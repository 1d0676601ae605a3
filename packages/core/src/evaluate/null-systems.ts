/**
 * The systems that need no router, on one split: what any method must beat, and the oracle that none can.
 *
 *   allSmall, allLarge   one model for everything
 *   bestSingle           the model that was better on the training rows, for everything
 *   bestPerTaskType      told the row's category: the model with the better mean on training rows of that category (means shrunken, task-table.ts);
 *                        as a ranking, the whole task-type table
 *   randomMix            each query to one model by lot: the straight line between the two, which is the convex hull of single models
 *   oracle               told both answers
 */
import { createQualityCurve } from '../math/quality-curve.ts'
import { readAtHundredths, readCurve, type StatisticValues } from './compared-statistics.ts'
import type { ComparedSystem, NullName } from './comparison.ts'
import type { ComparisonTrials, SplitTrials } from './comparison-trials.ts'
import { createOracle } from './oracle.ts'
import { randomCostAdvantageAtDrop, randomQuality } from './random-router.ts'
import { REPORTED_DROPS } from './report.ts'

/** What one split shows of a null. */
export interface NullResult {
  readonly quality?: number
  readonly costAdvantage?: number
  readonly values: StatisticValues
  /** Quality at each hundredth of the share kept small. */
  readonly curve?: Float64Array
}

export const NULL_KNOWS: Readonly<Record<NullName, ComparedSystem['knows']>> = {
  allSmall: 'nothing',
  allLarge: 'nothing',
  bestSingle: 'nothing',
  randomMix: 'nothing',
  bestPerTaskType: 'category',
  oracle: 'answers',
}

/** Undefined for bestPerTaskType without categories. */
export function measureNulls(
  trials: Pick<ComparisonTrials, 'small' | 'large'>,
  { tested, bestSingle, taskScores }: SplitTrials,
): Readonly<Record<NullName, NullResult | undefined>> {
  const small = tested.map((row) => trials.small[row] ?? 0)
  const large = tested.map((row) => trials.large[row] ?? 0)
  const allSmall = { quality: mean(small), costAdvantage: 1, values: {} }
  const allLarge = { quality: mean(large), costAdvantage: 0, values: {} }
  return {
    allSmall,
    allLarge,
    bestSingle: bestSingle === 'small' ? allSmall : allLarge,
    randomMix: measureRandom({ small: allSmall.quality, large: allLarge.quality }),
    bestPerTaskType: taskScores && measureTaskTypes(taskScores, { small, large }),
    oracle: measureOracle({ small, large }),
  }
}

interface Qualities {
  readonly small: readonly number[]
  readonly large: readonly number[]
}

function measureRandom(quality: { readonly small: number; readonly large: number }): NullResult {
  const half = quality.small < quality.large ? 0.5 : undefined
  const values: StatisticValues = { apgr: half, cpt50: half, auroc: 0.5 }
  for (const drop of REPORTED_DROPS)
    values[`costAdvantageAtDrop.${drop}`] = randomCostAdvantageAtDrop(quality, drop)
  const curve = Float64Array.from({ length: 101 }, (_, step) => randomQuality(quality, step / 100))
  return { values, curve }
}

/** The point at which each type goes to its better model, the small one when equal; the ranking's own numbers are read like a method's. */
function measureTaskTypes(scores: ArrayLike<number>, { small, large }: Qualities): NullResult {
  const isSmall = small.map((_, i) => (scores[i] ?? 0) >= 0)
  return {
    quality: mean(small.map((quality, i) => (isSmall[i] === true ? quality : (large[i] ?? 0)))),
    costAdvantage: isSmall.filter(Boolean).length / isSmall.length,
    values: {},
    curve: readAtHundredths(createQualityCurve({ scores, small, large })),
  }
}

function measureOracle(qualities: Qualities): NullResult {
  const { quality, costAdvantage, curve, fineCurve } = createOracle(qualities)
  return { quality, costAdvantage, values: readCurve(fineCurve), curve: readAtHundredths(curve) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
