/**
 * Pair outcome: what one row says about a small/large pair. The one place that decides which number of a row is "the quality of
 * a model", so that learning and evaluation cannot disagree:
 *
 *   quality = mean score of the judged samples when the row has any, else `score`
 *
 * A model without either was not judged, and the row says nothing about the pair.
 */
import type { Pair } from './candidate.ts'
import type { ModelOutcome, Outcome } from './outcome.ts'

export interface PairOutcome {
  /** Mean quality of the small model on this query. Range [0, 1]. */
  readonly smallQuality: number
  /** Mean quality of the large model on this query. Range [0, 1]. */
  readonly largeQuality: number
  /** Scores behind smallQuality, in the row's order; one element when the row has a single answer. */
  readonly smallScores: readonly number[]
  /** Scores behind largeQuality, in the row's order. */
  readonly largeScores: readonly number[]
  /** Metered cost of the small model's call, USD. */
  readonly smallCostUsd?: number
  /** Metered cost of the large model's call, USD. */
  readonly largeCostUsd?: number
}

/** Undefined when a model of the pair is missing from the row or was not judged. */
export function toPairOutcome(row: Outcome, pair: Pair): PairOutcome | undefined {
  const small = modelOutcomeOf(row, pair.small)
  const large = modelOutcomeOf(row, pair.large)
  if (small === undefined || large === undefined) return undefined
  const smallScores = scoresOf(small)
  const largeScores = scoresOf(large)
  if (smallScores.length === 0 || largeScores.length === 0) return undefined
  return {
    smallQuality: mean(smallScores),
    largeQuality: mean(largeScores),
    smallScores,
    largeScores,
    ...(small.costUsd === undefined ? {} : { smallCostUsd: small.costUsd }),
    ...(large.costUsd === undefined ? {} : { largeCostUsd: large.costUsd }),
  }
}

/** Quality of one model on one row; undefined when it was not judged. */
export function qualityOf(outcome: ModelOutcome): number | undefined {
  const scores = scoresOf(outcome)
  return scores.length === 0 ? undefined : mean(scores)
}

/** Own keys only: a model may be called "constructor". */
function modelOutcomeOf(row: Outcome, model: string): ModelOutcome | undefined {
  return Object.hasOwn(row.models, model) ? row.models[model] : undefined
}

function scoresOf({ samples, score }: ModelOutcome): readonly number[] {
  const judged = (samples ?? []).flatMap((sample) => (sample.score === undefined ? [] : [sample.score]))
  if (judged.length > 0) return judged
  return score === undefined ? [] : [score]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
