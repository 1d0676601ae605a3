/**
 * What serving a method takes and keeps, over the splits: budgets met, honesty of its estimates, size, time.
 */
import { quantile } from './bootstrap.ts'
import type { OverSplits } from './comparison.ts'
import { inferenceEfficiencyScore } from './inference-efficiency-score.ts'
import { summariseSplits } from './over-splits.ts'
import type { PoolBudget, PoolService } from './pool-comparison.ts'
import type { BudgetTrials, PoolComparisonTrials, PoolMethodTrials, PoolSplitTrials } from './pool-trials.ts'

/** The budget at which the efficiency score is taken: cheap enough that a choice is made at all. */
const EFFICIENCY_SHARE = 0.2

const NOTHING: OverSplits = { mean: 0, sd: null, interval: null, values: [] }

/** `at`: place of the method in every split. */
export function summariseService(trials: PoolComparisonTrials, at: number): PoolService {
  const { splits } = trials
  const of = splits.flatMap((split) => split.methods[at] ?? [])
  const over = (read: (one: PoolMethodTrials) => number | null): OverSplits | null =>
    summariseSplits(of.map((one) => read(one) ?? undefined))
  const timed = (share: number): OverSplits =>
    over(({ decisionMs }) => decisionMs && quantile(decisionMs, share)) ?? NOTHING
  const shares = of[0]?.budgets.map(({ share }) => share) ?? []
  return {
    budgets: shares.map((share) => summariseBudget(trials, { at, share })),
    inferenceEfficiencyScore: summariseSplits(splits.map((split) => scoreEfficiency(trials, split, at))),
    expectedCalibrationError: over((one) => one.expectedCalibrationError),
    choiceEntropyBits: over((one) => one.choiceEntropyBits),
    artifactBytes: over((one) => one.artifactBytes) ?? NOTHING,
    trainingSeconds: over((one) => one.trainingSeconds),
    decisionMs: of.every(({ decisionMs }) => decisionMs !== null && decisionMs.length > 0)
      ? { p50: timed(0.5), p99: timed(0.99) }
      : null,
    failures: of.reduce((sum, { failures }) => sum + failures, 0),
    stability: (of[0]?.stability ?? []).flatMap(({ perturbation }) => {
      const unchanged = over(
        ({ stability }) => stability.find((one) => one.perturbation === perturbation)?.unchanged ?? null,
      )
      return unchanged === null ? [] : [{ perturbation, unchanged }]
    }),
  }
}

function findBudget(split: PoolSplitTrials, at: number, share: number): BudgetTrials | undefined {
  return split.methods[at]?.budgets.find((one) => one.share === share)
}

function summariseBudget(
  trials: PoolComparisonTrials,
  { at, share }: { readonly at: number; readonly share: number },
): PoolBudget {
  const met = trials.splits.map((split) => {
    const budget = findBudget(split, at, share)
    const spent = budget && meanOfChosen(trials, split, { of: trials.costs, chosen: budget.chosen })
    const quality = budget && meanOfChosen(trials, split, { of: trials.qualities, chosen: budget.chosen })
    return { error: spent === undefined ? undefined : spent / (budget?.budget ?? 1) - 1, quality }
  })
  return {
    share,
    error: summariseSplits(met.map(({ error }) => error)),
    absoluteError: summariseSplits(
      met.map(({ error }) => (error === undefined ? undefined : Math.abs(error))),
    ),
    quality: summariseSplits(met.map(({ quality }) => quality)),
  }
}

interface ChosenColumn {
  /** All rows x models, row-major. */
  readonly of: ArrayLike<number>
  /** Places, one per tested row, or one place for all. */
  readonly chosen: Uint8Array | number | null
}

function meanOfChosen(
  { models }: PoolComparisonTrials,
  { tested }: PoolSplitTrials,
  { of, chosen }: ChosenColumn,
): number | undefined {
  if (chosen === null) return undefined
  let sum = 0
  for (const [i, row] of tested.entries()) {
    const place = typeof chosen === 'number' ? chosen : (chosen[i] ?? 0)
    sum += of[row * models.length + place] ?? 0
  }
  return sum / tested.length
}

function scoreEfficiency(
  trials: PoolComparisonTrials,
  split: PoolSplitTrials,
  at: number,
): number | undefined {
  const { models, latenciesMs, costUnit, qualities, costs } = trials
  const chosen = findBudget(split, at, EFFICIENCY_SHARE)?.chosen ?? null
  if (latenciesMs === null || costUnit !== 'usd' || chosen === null) return undefined
  const mean = (of: ArrayLike<number>, who: Uint8Array | number): number =>
    meanOfChosen(trials, split, { of, chosen: who }) ?? 0
  const places = [...models.keys()]
  return inferenceEfficiencyScore(
    { quality: mean(qualities, chosen), latencyMs: mean(latenciesMs, chosen), costUsd: mean(costs, chosen) },
    {
      fastestMs: Math.min(...places.map((place) => mean(latenciesMs, place))),
      allLargeUsd: Math.max(...places.map((place) => mean(costs, place))),
    },
  ).value
}
