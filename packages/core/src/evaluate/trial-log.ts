/**
 * Trial log: rows and the decisions made for them -> columns of numbers, all that a report needs. Text is let go of, so that memory grows by
 * some numbers a row. Decisions come from replay; this file makes none.
 */
import type { Pair } from '../contract/candidate.ts'
import type { Mode } from '../contract/decision.ts'
import type { Outcome } from '../contract/outcome.ts'
import { toPairOutcome, type PairOutcome } from '../contract/pair-outcome.ts'
import type { Trials } from '../math/quality-curve.ts'
import { goodEnough } from './good-enough.ts'

/** What a policy did with one row at one level. */
export interface Choice {
  /** That answered, or was to answer. */
  readonly model: string
  readonly mode: Mode | null
  readonly threshold: number | null
  /** Of policies that may call more than once. */
  readonly path?: Path
}

/** The calls made for one query. */
export interface Path {
  /** Metered cost of all of them, USD; undefined when unknown. */
  readonly costUsd: number | undefined
  /** Whether an answer was thrown away, and what it had cost. */
  readonly isWasted: boolean
  readonly wastedUsd: number | undefined
}

export interface LevelTrials {
  readonly asked: number
  mode: Mode | null
  threshold: number | null
  /** 1 where the query was kept small, one entry per query. */
  readonly kept: number[]
  /** One entry per query; undefined for policies that call once. */
  readonly paths: (Path | undefined)[]
}

/** Columns of equal length, one entry per row, in the order of adding. */
export interface TrialLog extends Trials {
  readonly pair: Pair
  /** pSmall; FAILED_SCORE where the estimator failed. */
  readonly scores: number[]
  readonly small: number[]
  readonly large: number[]
  /** Share of sample pairs on which the small model is good enough. */
  readonly labels: number[]
  readonly categories: (string | undefined)[]
  /** USD; undefined unless the row knows both models' cost. */
  readonly smallCosts: (number | undefined)[]
  readonly largeCosts: (number | undefined)[]
  /** Milliseconds; undefined unless the row knows both models' latency. */
  readonly smallLatencies: (number | undefined)[]
  readonly largeLatencies: (number | undefined)[]
  readonly levels: readonly LevelTrials[]
  /** Whether the policy has small answers read before they are given, so that an escalated query has paid for both. */
  readonly readsAnswers: boolean
}

/** Below any probability, so that a query without a score is the last to be kept small. */
export const FAILED_SCORE: number = -1

export interface TrialLogOptions {
  readonly pair: Pair
  /** Quality levels that every row was decided at. May be empty. */
  readonly levels: readonly number[]
  /** Relaxation t* of the trans label, 0 for det and prob: what "good enough" means for the router at hand. */
  readonly relaxation?: number
  /** Default false: a router. */
  readonly readsAnswers?: boolean
}

export interface TrialRecorder {
  readonly log: TrialLog
  /**
   * Adds a row with what was chosen for it, once per level in the same order. False, and nothing is added, when the row lacks a model of the pair.
   * `score` is given apart because a router has one even where no level was asked for.
   */
  add(row: Outcome, score: number | null, choices: readonly Choice[]): boolean
}

export function createTrialLog({
  pair,
  levels,
  relaxation = 0,
  readsAnswers = false,
}: TrialLogOptions): TrialRecorder {
  const log: TrialLog = {
    pair,
    scores: [],
    small: [],
    large: [],
    labels: [],
    categories: [],
    smallCosts: [],
    largeCosts: [],
    smallLatencies: [],
    largeLatencies: [],
    levels: levels.map((asked) => ({ asked, mode: null, threshold: null, kept: [], paths: [] })),
    readsAnswers,
  }
  return {
    log,
    add(row, score, choices): boolean {
      const outcome = toPairOutcome(row, pair)
      if (outcome === undefined) return false
      const [smallCost, largeCost] = costsOf(outcome)
      const [smallLatency, largeLatency] = latenciesOf(row, pair)
      log.scores.push(score ?? FAILED_SCORE)
      log.small.push(outcome.smallQuality)
      log.large.push(outcome.largeQuality)
      log.labels.push(goodEnough(outcome, relaxation))
      log.categories.push(row.category)
      log.smallCosts.push(smallCost)
      log.largeCosts.push(largeCost)
      log.smallLatencies.push(smallLatency)
      log.largeLatencies.push(largeLatency)
      for (const [i, level] of log.levels.entries()) addChoice(level, choices[i], pair)
      return true
    },
  }
}

function addChoice(level: LevelTrials, choice: Choice | undefined, { small }: Pair): void {
  level.kept.push(choice?.model === small ? 1 : 0)
  level.paths.push(choice?.path)
  level.mode = choice?.mode ?? null
  // A query that a cascade sends straight to its last stage met no cut-off; the others of the level did.
  level.threshold = choice?.threshold ?? level.threshold
}

/** Both or none: a mean over other rows for one model than for the other would not compare. */
function costsOf({ smallCostUsd, largeCostUsd }: PairOutcome): readonly [number?, number?] {
  return smallCostUsd === undefined || largeCostUsd === undefined ? [] : [smallCostUsd, largeCostUsd]
}

/** Both or none, as costs. The row has both models: toPairOutcome found them. */
function latenciesOf({ models }: Outcome, { small, large }: Pair): readonly [number?, number?] {
  const [smallMs, largeMs] = [models[small]?.latencyMs, models[large]?.latencyMs]
  return smallMs === undefined || largeMs === undefined ? [] : [smallMs, largeMs]
}
