/**
 * Decision: what was chosen for one query and why. Goes into headers, outcome rows and `weir route --json`.
 */
import type { CandidateEstimate } from './estimate.ts'
import type { Reason } from './policy.ts'

/**
 * How a threshold was chosen. `promise`: the level is kept with confidence 1 - delta on traffic like the calibration rows, proven by
 * Learn-then-Test. `estimate`: point estimate on the calibration rows, no guarantee.
 */
export type Mode = 'promise' | 'estimate'

/** One quality level made concrete. */
export interface OperatingPoint {
  /** Share of the large model's mean quality to keep. Range (0, 1]. */
  readonly quality: number
  readonly mode: Mode
  /** Cut-off on pSmall; null when no threshold keeps the level, or none provably: all large. */
  readonly threshold: number | null
  /** Share of calibration queries kept small. Range [0, 1]. */
  readonly expectedCostAdvantage: number
  /** Share of the large model's mean quality delivered on the calibration rows. */
  readonly expectedQuality: number
  /**
   * Where a level is not provable: calibration rows at which a proof is likely (four times in five), by these rows; null when no number of
   * them would do. Absent elsewhere.
   */
  readonly rowsNeeded?: number | null
}

export interface Decision {
  /** The model chosen first. After a failover the attempts tell who answered. */
  readonly model: string
  readonly reason: Reason
  /** pSmall; null when no estimator ran. */
  readonly score: number | null
  readonly threshold: number | null
  /** Quality that one unit of cost had to bring, where that was asked in place of a level. */
  readonly costWeight?: number
  /** Level asked for; null for a named model or a raw threshold. */
  readonly quality: number | null
  /** Level applied: the next at or above the one asked for that the artifact holds. Null when `quality` is. */
  readonly level: number | null
  readonly mode: Mode | null
  /** Chance that the promise of `level` holds, 1 - delta; null outside mode `promise` and when the level is not provable. */
  readonly confidence: number | null
  readonly truncated: boolean
  /** The query is unlike the training rows (estimate/familiarity.ts). False when no estimator ran. */
  readonly unfamiliar: boolean
  readonly propensity: number
  readonly ranking: readonly string[]
  /** What was believed about each model, where the estimator says that of more than a pair. */
  readonly estimates?: readonly CandidateEstimate[]
  readonly policy: string
  /** Candidates left out by the pool, each with its reason. */
  readonly refused: readonly Refusal[]
}

export interface Refusal {
  readonly model: string
  readonly because:
    | 'no_images'
    | 'no_tools'
    | 'no_json'
    | 'no_schema'
    | 'too_long'
    | 'wrong_place'
    | 'over_budget'
}
