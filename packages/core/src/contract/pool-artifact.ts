/**
 * Pool artifact: what an artifact holds beside its estimator when it was trained for a pool of any number of models. The router of such an artifact
 * gives a query to the model with the highest utility (decide/utility.ts); a quality level names a margin and a cost weight.
 */

/** One margin and cost weight on the training rows, each row decided by estimates that have not seen it. */
export interface PoolSetting {
  /** Names the setting in operating points: 1 the dearest, 0 the cheapest, between them in equal steps. */
  readonly threshold: number
  /** Quality that a model cheaper than the reference must be better by. At least 0; falls from setting to setting. Absent: 0. */
  readonly margin?: number
  /** Quality that one unit of cost must bring. At least 0; rises from setting to setting. */
  readonly costWeight: number
  /** Mean metered cost of a query, in units of cost. */
  readonly meanCost: number
  /** Mean quality of the answers. Range [0, 1]. */
  readonly meanQuality: number
  /** Share of the rows that each member answers, in their order. */
  readonly shares: readonly number[]
}

/** A model of the pool on the training rows. */
export interface PoolMember {
  readonly model: string
  readonly meanQuality: number
  /** Mean metered cost of a call, in units of cost. */
  readonly meanCost: number
}

/** A member that training did not know: what is believed of it follows from what is believed of the trained ones (estimate/probed.ts). */
export interface ProbedMember {
  readonly model: string
  /** log-odds of its quality = bias + slope * mean log-odds of the trained models. */
  readonly bias: number
  readonly slope: number
  /** Mean metered cost of a call, USD; null in a pool without money. */
  readonly costUsd: number | null
  /** Rows that it was probed with. */
  readonly rows: number
  /** Of its mean quality on traffic like the training rows, 95%. */
  readonly interval: readonly [number, number]
}

export interface PoolArtifact {
  /** Cheap to dear. */
  readonly members: readonly PoolMember[]
  /** The best single model on the training rows: levels are shares of its mean quality, and what cannot be decided goes to it. */
  readonly reference: string
  /** `calls`: rows without money; each model's call has one cost, for a pair 0 and 1. */
  readonly costUnit: 'usd' | 'calls'
  /** From dear to cheap. */
  readonly settings: readonly PoolSetting[]
  /** Members added by probes. Absent: none. */
  readonly probed?: readonly ProbedMember[]
  /** Members added since the levels were proven: in mode `promise` they are not asked. Absent: none. */
  readonly unproven?: readonly string[]
  /** Members taken out since the levels were proven: nothing is promised until they are proven anew. Absent: none. */
  readonly removed?: readonly string[]
  /** Members taken out before the levels were proven as they are now. Absent: none. */
  readonly left?: readonly string[]
}
