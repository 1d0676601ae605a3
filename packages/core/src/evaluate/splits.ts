/**
 * Splits of recorded rows into training and test, by question: rows with the same text never stand on both sides. One shuffle a seed.
 *
 *   share   one split a seed: that share of the questions trains, the others are tested
 *   folds   k splits a seed: each k-th part of the questions is tested once, the others train
 */
import { createRng, shuffle } from '../math/rng.ts'

/** How to split. */
export type SplitPlan =
  | {
      readonly kind: 'share'
      /** Share of the questions to train on. Range (0, 1). */
      readonly trainingShare: number
    }
  | {
      readonly kind: 'folds'
      /** At least 2. */
      readonly folds: number
    }

export interface Split {
  readonly seed: number
  /** Indices of rows, ascending. */
  readonly training: readonly number[]
  readonly tested: readonly number[]
}

/** `questions`: one per row. The same questions, plan and seed give the same splits. */
export function splitRows(questions: readonly string[], plan: SplitPlan, seed: number): readonly Split[] {
  const distinct = shuffle(createRng(seed), [...new Set(questions)])
  const position = new Map(distinct.map((question, i) => [question, i]))
  const places = questions.map((question) => position.get(question) ?? 0)
  const n = distinct.length
  if (plan.kind === 'share') {
    return [divide(places, seed, { from: Math.round(plan.trainingShare * n), to: n })]
  }
  const { folds } = plan
  return Array.from({ length: folds }, (_, fold) =>
    divide(places, seed, {
      from: Math.round((fold * n) / folds),
      to: Math.round(((fold + 1) * n) / folds),
    }),
  )
}

/** Tests the rows whose question was shuffled to a place in [from, to). */
function divide(
  places: readonly number[],
  seed: number,
  { from, to }: { readonly from: number; readonly to: number },
): Split {
  const isTested = (place: number): boolean => place >= from && place < to
  const rows = [...places.entries()]
  return {
    seed,
    training: rows.flatMap(([row, place]) => (isTested(place) ? [] : [row])),
    tested: rows.flatMap(([row, place]) => (isTested(place) ? [row] : [])),
  }
}
