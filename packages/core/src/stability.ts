/**
 * Decision stability: the share of a pool router's decisions that perturbed queries (evaluate/perturbations.ts) leave as they were, at the cost weights
 * of average budgets of 10, 20 and 50% of the dearest model.
 */
import type { Outcome } from './contract/outcome.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import type { Query } from './contract/query.ts'
import { PERTURBATIONS, perturb } from './evaluate/perturbations.ts'
import type { StabilityTrial } from './evaluate/pool-trials.ts'
import { weightWithin } from './decide/weight-within.ts'
import { createRng } from './math/rng.ts'
import { chooseAtWeight } from './pool-choice.ts'
import { queryFromOutcome } from './request/query.ts'
import { decide, type River } from './serve.ts'

/** Budgets tried, as shares of the dearest model's mean cost: tight, middling, loose. */
export const BUDGET_SHARES: readonly number[] = [0.1, 0.2, 0.5]

export interface StabilityInput {
  /** Of the artifact that holds `pool`. */
  readonly river: River
  readonly pool: PoolArtifact
  readonly rows: readonly Outcome[]
}

/** One per perturbation, in the order of PERTURBATIONS; none without rows. The same seed perturbs alike. */
export function measureStability(
  { river, pool, rows }: StabilityInput,
  seed: number,
): readonly StabilityTrial[] {
  const queries = rows.flatMap((row) => queryFromOutcome(row) ?? [])
  if (queries.length === 0) return []
  const dearest = pool.members.at(-1)?.meanCost ?? 0
  const found = BUDGET_SHARES.flatMap((share) => weightWithin(pool, share * dearest) ?? [])
  const weights = found.length === 0 ? middleWeight(pool) : found
  const choose = (query: Query): readonly string[] => {
    const { estimates = [], unfamiliar } = decide(river, query, {
      kind: 'quality',
      quality: 0.95,
      mode: 'estimate',
    })
    return weights.map((weight) => chooseAtWeight(pool, { estimates, isUnfamiliar: unfamiliar }, weight))
  }
  const before = queries.map(choose)
  return PERTURBATIONS.map((perturbation) => {
    const rng = createRng(seed)
    let unchanged = 0
    for (const [at, query] of queries.entries()) {
      const after = choose(perturb(query, perturbation, rng))
      unchanged += after.filter((model, i) => model === before[at]?.[i]).length
    }
    return { perturbation, unchanged: unchanged / (queries.length * weights.length) }
  })
}

/** Where no budget can be kept. */
function middleWeight({ settings }: PoolArtifact): readonly number[] {
  return [settings[Math.floor(settings.length / 2)]?.costWeight ?? 0]
}
