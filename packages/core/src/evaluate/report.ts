/**
 * Report: everything measured about one router on one set of recorded rows; what `weir evaluate --json` prints and what the HTML page draws.
 * Fields only get added. A number that cannot be given is null, and `undefinedBecause` says why under the field's dotted name.
 *
 * Units: qualities are mean scores in [0, 1] under the rows' own measure; shares are fractions; money is USD per query.
 */
import type { Mode } from '../contract/decision.ts'
import type { ReliabilityBin } from '../math/calibration-error.ts'
import type { Interval } from './bootstrap.ts'
import type { EfficiencyReport, NullRoutersReport } from './plane-report.ts'
import type { ReliabilityReport } from './reliability.ts'

/** Quality drops that every report reads the curve at, as fractions of the large model's quality. */
export const REPORTED_DROPS: readonly number[] = [0, 0.01, 0.02, 0.05]

/** By drop, spelled as in REPORTED_DROPS: "0", "0.01", … */
export type ByDrop = Readonly<Record<string, number>>

export interface ModelReport {
  readonly model: string
  /** Mean quality when every query goes to this model. */
  readonly quality: number
  /** Mean cost of a query over the rows that know both models' cost; null when none does. */
  readonly costUsd: number | null
}

export interface CurvePoint {
  /** Share of queries kept on the small model. */
  readonly costAdvantage: number
  readonly quality: number
  /** Cut-off that gives the point; null for the first, which keeps nothing. */
  readonly threshold: number | null
}

/** One quality level: what was asked for and what the decisions at that level delivered on these rows. */
export interface LevelReport {
  /** Share of the large model's quality asked for. Range (0, 1]. */
  readonly asked: number
  readonly mode: Mode | null
  readonly threshold: number | null
  /** Share of the large model's quality delivered; null when that quality is 0. */
  readonly delivered: number | null
  readonly deliveredInterval: Interval | null
  /** Mean quality of the answers chosen. */
  readonly quality: number
  readonly costAdvantage: number
  readonly costAdvantageInterval: Interval | null
  /** Mean cost of a query; null when costs are not known. */
  readonly costUsd: number | null
  /** 1 - costUsd / cost of all large; null when costs are not known. */
  readonly costSaving: number | null
  /** Answers that were read and not given; null for policies that call once. */
  readonly thrownAway: ThrownAway | null
}

export interface ThrownAway {
  /** Share of queries. */
  readonly fraction: number
  /** Mean over all queries, within costUsd; null when costs are not known. */
  readonly costUsd: number | null
}

export interface BaselineReport {
  readonly apgr: number | null
  readonly costAdvantageAtDrop: ByDrop
}

export interface TaskTableReport extends BaselineReport {
  /** Number of categories. */
  readonly types: number
  readonly rowsWithCategory: number
  readonly fittedOn: 'training rows' | 'evaluated rows, cross-fitted'
  readonly curve: readonly CurvePoint[]
}

export interface CalibrationReport {
  /** Of pSmall against the share of sample pairs on which the small model is good enough; ten bins of equal width. */
  readonly expectedCalibrationError: number
  readonly brierScore: number
  readonly logLoss: number
  readonly auroc: number | null
  readonly bins: readonly ReliabilityBin[]
}

export interface Report {
  /** Rows measured: those with text and with a score of both models. */
  readonly rows: number
  readonly small: ModelReport
  readonly large: ModelReport
  /** The best router there could be: quality, the share it keeps at that quality, and its curve's APGR. */
  readonly oracle: BaselineReport & {
    readonly quality: number
    readonly costAdvantage: number
    readonly curve: readonly CurvePoint[]
  }
  readonly apgr: number | null
  readonly cpt50: number | null
  readonly cpt80: number | null
  readonly costAdvantageAtDrop: ByDrop
  readonly meanGap: {
    readonly small: number | null
    readonly large: number | null
    readonly difference: number | null
    /** Where it was taken: the operating point nearest to half. */
    readonly costAdvantage: number | null
  }
  /** Every operating point there is, from all large to all small. */
  readonly curve: readonly CurvePoint[]
  readonly levels: readonly LevelReport[]
  readonly calibration: CalibrationReport | null
  /** Reliability of pSmall in bins of equal mass, overall and per task type; null when the estimator failed on every row. */
  readonly reliability: ReliabilityReport | null
  readonly baselines: {
    readonly random: BaselineReport
    readonly taskTable: TaskTableReport | null
    readonly bestSingle: ModelReport
  }
  /** Metrics that need a cost. */
  readonly efficiency: EfficiencyReport
  /** Best single model, best per task type, random mix: what needs no router. */
  readonly nullRouters: NullRoutersReport
  /** 95% bootstrap intervals, paired over queries, by the dotted name of the field; names without an interval are left out. */
  readonly intervals: Readonly<Record<string, Interval>>
  readonly undefinedBecause: Readonly<Record<string, string>>
  /** Rows whose score is missing because the estimator failed; they count as the last to be kept small. */
  readonly estimatorFailures: number
  /** Seed of the resampling and of the task table's folds. */
  readonly seed: number
  readonly resamples: number
}
