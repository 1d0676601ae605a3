/**
 * Decision: what was chosen for one query and why. Goes into headers, outcome rows and `weir route --json`.
 */
import type { Reason } from './policy.ts'

/** How a threshold was chosen. `estimate`: point estimate on calibration rows, no guarantee. The promise (Learn-then-Test) adds its own. */
export type Mode = 'estimate'

/** One quality level made concrete. */
export interface OperatingPoint {
  /** Share of the large model's mean quality to keep. Range (0, 1]. */
  readonly quality: number
  readonly mode: Mode
  /** Cut-off on pSmall; null when no threshold keeps the level: all large. */
  readonly threshold: number | null
  /** Share of calibration queries kept small. Range [0, 1]. */
  readonly expectedCostAdvantage: number
  /** Share of the large model's mean quality delivered on the calibration rows. */
  readonly expectedQuality: number
}

export interface Decision {
  /** The model chosen first. After a failover the attempts tell who answered. */
  readonly model: string
  readonly reason: Reason
  /** pSmall; null when no estimator ran. */
  readonly score: number | null
  readonly threshold: number | null
  /** Level asked for; null for a named model or a raw threshold. */
  readonly quality: number | null
  readonly mode: Mode | null
  readonly truncated: boolean
  readonly propensity: number
  readonly ranking: readonly string[]
  readonly policy: string
  /** Candidates left out by the pool, each with its reason. */
  readonly refused: readonly Refusal[]
}

export interface Refusal {
  readonly model: string
  readonly because: 'no_images' | 'no_tools'
}
