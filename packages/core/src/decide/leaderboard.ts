/**
 * Choice from strengths within a budget, as Prompt-to-Leaderboard's router makes it.
 *
 *   strict        the strongest model whose cost is within the budget
 *   expectedWin   chances p that maximise  sum_i p_i sum_j opponents_j sigmoid(strength_i - strength_j)  with an expected cost within the budget
 *   grounded      the same of sigmoid(strength_i): the chance to be better than no answer
 *
 * Source: arXiv:2502.14855 section 3 and its public code, which hands the program to a solver; with one budget it has a closed form
 * (math/two-points.ts).
 */
import { sigmoid } from '../math/logistic.ts'
import { mixTwoPoints } from '../math/two-points.ts'

export interface LeaderboardOptions {
  readonly mode: 'strict' | 'expectedWin' | 'grounded'
  /** Expected cost of a call of each model. */
  readonly costsUsd: readonly number[]
  readonly budgetUsd: number
  /** Share of each model among the opponents, summing to 1. Default: all alike. */
  readonly opponents?: readonly number[]
}

/** The chance to choose each model with; undefined when none is within the budget. `strengths`: one per model, natural logarithms. */
export function chooseFromStrengths(
  strengths: readonly number[],
  { mode, costsUsd, budgetUsd, opponents }: LeaderboardOptions,
): readonly number[] | undefined {
  if (mode === 'strict') return chooseStrongest(strengths, costsUsd, budgetUsd)
  const shares = opponents ?? strengths.map(() => 1 / strengths.length)
  const values = strengths.map((one) =>
    mode === 'grounded'
      ? sigmoid(one)
      : strengths.reduce((sum, other, j) => sum + (shares[j] ?? 0) * sigmoid(one - other), 0),
  )
  return mixTwoPoints(values, costsUsd, budgetUsd)
}

/** Of equal ones the cheapest. */
function chooseStrongest(
  strengths: readonly number[],
  costsUsd: readonly number[],
  budgetUsd: number,
): readonly number[] | undefined {
  const costOf = (i: number): number => costsUsd[i] ?? Infinity
  const strongest = strengths
    .map((strength, i) => ({ strength, i }))
    .filter(({ i }) => costOf(i) <= budgetUsd)
    .sort((a, b) => b.strength - a.strength || costOf(a.i) - costOf(b.i))
    .at(0)
  return strongest === undefined ? undefined : strengths.map((_, i) => (i === strongest.i ? 1 : 0))
}
