/**
 * Comparison over a pool: several methods and the nulls they must beat, on the same splits of the same rows; what `weir compare --models --json`
 * prints. Fields only get added. A number that cannot be given is null, and `undefinedBecause` says why.
 *
 * Units: qualities are mean scores in [0, 1]; costs are USD, or shares of large calls for a pair without costs (`costUnit`).
 */
import type { PoolArtifact } from '../contract/pool-artifact.ts'
import type { OverSplits, Verdict } from './comparison.ts'
import type { PerturbationName } from './perturbations.ts'

/** What is measured of every system, by the names of docs/metrics.md. */
export type PoolStatistic =
  | 'meanUtility'
  | 'hullGain'
  | 'meanQualityOverCost'
  | 'averageImprovementInQuality'
  | 'apgr'
  | 'oracleGapRecovered'
  | 'qualityNeutralCost'
  | 'highestQuality'
  | 'relativeToReference'
  | 'relativeToBestSingle'

export const POOL_STATISTICS: readonly PoolStatistic[] = [
  'meanUtility',
  'hullGain',
  'meanQualityOverCost',
  'averageImprovementInQuality',
  'apgr',
  'oracleGapRecovered',
  'qualityNeutralCost',
  'highestQuality',
  'relativeToReference',
  'relativeToBestSingle',
]

/** Systems that are always there: rules that need no router. `hullOfSingles` mixes single models by lot, chosen with the tested answers known. */
export type PoolNullName = 'random' | 'bestSingle' | 'hullOfSingles' | 'bestPerTaskType' | 'oracle'

export interface PoolSystem {
  /** A PoolNullName, or the name of a method. */
  readonly name: string
  readonly kind: 'null' | 'method'
  /** What it decides from: `answers` are the scores of all models, `category` the row's given task type. */
  readonly knows: 'nothing' | 'text' | 'category' | 'answers'
  readonly statistics: Readonly<Record<PoolStatistic, OverSplits | null>>
  /** Means over the splits at each operating point, from dear to cheap; one point for a system that has no other. */
  readonly curve: readonly PoolPoint[]
  /** Null for nulls. */
  readonly service: PoolService | null
}

export interface PoolPoint {
  readonly cost: number
  readonly quality: number
}

/** What serving a method takes and keeps. */
export interface PoolService {
  readonly budgets: readonly PoolBudget[]
  /** At the budget of 20%; null where calls were not metered or timed. */
  readonly inferenceEfficiencyScore: OverSplits | null
  readonly expectedCalibrationError: OverSplits | null
  /** RouterEval's E_p, of the softmax of the log-odds of estimated quality. */
  readonly choiceEntropyBits: OverSplits | null
  readonly artifactBytes: OverSplits
  /** Beyond what all methods share; null without a clock. */
  readonly trainingSeconds: OverSplits | null
  readonly decisionMs: { readonly p50: OverSplits; readonly p99: OverSplits } | null
  readonly failures: number
  /** By perturbation, share of decisions left unchanged at the budgets' cost weights; empty when none were tried. */
  readonly stability: readonly { readonly perturbation: PerturbationName; readonly unchanged: OverSplits }[]
}

export interface PoolBudget {
  /** Of the dearest model's mean cost on the training rows. */
  readonly share: number
  /** Mean cost on the tested rows / budget - 1; null when the budget does not bind in some split. */
  readonly error: OverSplits | null
  /** The same without its sign, per split: what a single run is off by. */
  readonly absoluteError: OverSplits | null
  readonly quality: OverSplits | null
}

/** One comparison of a method with another system, both on the same rows. */
export interface PoolTest {
  readonly method: string
  /** The first method, `bestPerTaskType` or `hullOfSingles`. */
  readonly against: string
  readonly statistic: 'meanUtility' | 'hullGain'
  /** method - against; null where the statistic is undefined. */
  readonly difference: OverSplits | null
  /** Splits on which the method is ahead, and behind. */
  readonly ahead: number
  readonly behind: number
  /** Paired bootstrap, two-sided. */
  readonly pValue: number | null
  /** After Holm's correction over all tests of the comparison. */
  readonly adjustedPValue: number | null
  readonly verdict: Verdict
}

/** What the methods make of a part of the training rows, on the same tested rows. */
export interface LabelShare {
  /** Range (0, 1]. */
  readonly share: number
  /** One per split. */
  readonly trainingRows: readonly number[]
  readonly methods: readonly Pick<PoolSystem, 'name' | 'statistics'>[]
}

export interface PoolComparison {
  /** Cheap to dear, over all rows. */
  readonly models: readonly {
    readonly model: string
    readonly meanQuality: number
    readonly meanCost: number
  }[]
  readonly costUnit: PoolArtifact['costUnit']
  /** Rows that could be used: with text, and with a score of every model. */
  readonly rows: number
  /** Different texts among them. */
  readonly questions: number
  readonly splits: readonly {
    readonly seed: number
    readonly trainingRows: number
    readonly testedRows: number
    readonly lessonSeconds: number | null
  }[]
  /** Of AIQ and all that runs over costs: the cheapest and the dearest model's mean cost on the tested rows, means over the splits. */
  readonly costRange: { readonly from: number; readonly to: number }
  /** Nulls first, then the methods in the order asked for. */
  readonly systems: readonly PoolSystem[]
  readonly tests: readonly PoolTest[]
  /** Ascending, the whole last; empty when not asked for. */
  readonly labelShares: readonly LabelShare[]
  /** Adjusted p-values below it count as a difference. */
  readonly significance: number
  readonly undefinedBecause: Readonly<Record<string, string>>
  /** Seed of the resampling. */
  readonly resamplingSeed: number
  readonly resamples: number
}
