/**
 * Headroom report: whether routing between two models is worth it, and the numbers that say so; what `weir headroom --json` prints. Fields only
 * get added. A number that cannot be given is null, and `undefinedBecause` says why under its dotted name.
 *
 * Units: qualities and gains are in the unit of the scores, range [0, 1]; a "point" of quality is 0.01.
 */
import type { Pair } from '../contract/candidate.ts'
import type { Interval } from './bootstrap.ts'
import type { Gain } from './headroom-gain.ts'
import type { LabelNoise } from './label-noise.ts'
import type { ByDrop, ModelReport } from './report.ts'

export type HeadroomVerdictName = 'route' | 'task-table' | 'pin-small' | 'pin-large' | 'collect-more'

export interface HeadroomVerdict {
  readonly name: HeadroomVerdictName
  readonly because: string
  /** With `collect-more`: about as many questions find a chance of 3 points in 90% of cases. */
  readonly rowsNeeded?: number
}

export interface OracleHeadroom {
  /** Mean quality of the better of the two answers. */
  readonly quality: number
  /** Points above the random mix (above the small model where that is better) at the oracle's best share. */
  readonly best: number
  readonly keptAtDrop: ByDrop
}

export interface InformationReport {
  readonly pValue: number
  /** By view (category, surface, text): its own p-value, not corrected for looking at several. */
  readonly viewPValues: Readonly<Record<string, number>>
}

/** What text and category add up to: the gain, and the p-value of "nothing at all". */
export interface AnythingReport extends InformationReport {
  /** Share of planted chances of 3 points that this test finds with these rows. Range [0, 1]. */
  readonly power: number
  /** The rows must grow by this factor for 90% power; below 1 when there are more than needed. */
  readonly growth: number
}

export interface HeadroomNumbers {
  /** Questions: rows with both models judged, equal texts merged. */
  readonly rows: number
  /** Fewest questions for intervals and tests. */
  readonly leastRows: number
  readonly small: Pick<ModelReport, 'model' | 'quality'>
  readonly large: Pick<ModelReport, 'model' | 'quality'>
  /** quality(small) - quality(large). Range [-1, 1]. */
  readonly gap: number
  /** Share of questions on which the small model is at least as good. */
  readonly smallAtLeastLarge: number
  readonly oracle: OracleHeadroom
  readonly noise: LabelNoise | null
  /** Largest share that a random mix keeps small within a drop. */
  readonly random: { readonly keptAtDrop: ByDrop }
  /** What the category alone gains, cross-fitted. */
  readonly table: Gain | null
  /** What text and category together gain, cross-fitted; the text alone when rows carry no category. */
  readonly probe: Gain | null
  /** probe less table. */
  readonly beyondTable: Pick<Gain, 'best' | 'average'> | null
  readonly tests: {
    readonly anything: AnythingReport | null
    readonly beyondTable: InformationReport | null
  }
  readonly nonInferiority: {
    /** The small model may be this much worse. */
    readonly margin: number
    /** Lower confidence bound of `gap`, one-sided, confidence 1 - delta. */
    readonly lowerBound: number | null
  }
  /** Level of the tests and bounds. */
  readonly delta: number
  /** 95%, paired bootstrap over questions, by dotted name. */
  readonly intervals: Readonly<Record<string, Interval>>
  /** Why a number is null, by dotted name. */
  readonly reasons: Readonly<Record<string, string>>
}

export interface HeadroomReport extends Omit<HeadroomNumbers, 'reasons' | 'leastRows'> {
  readonly verdict: HeadroomVerdict
  readonly pair: Pair
  readonly rowsWithText: number
  readonly rowsWithCategory: number
  readonly undefinedBecause: Readonly<Record<string, string>>
  readonly seed: number
  readonly resamples: number
  readonly permutations: number
}
