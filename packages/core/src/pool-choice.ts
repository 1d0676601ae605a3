/**
 * What a pool's router does with one query at many cost weights, from estimates made once: the policy's own ranking (decide/utility.ts), without
 * asking the estimator again for each weight.
 */
import type { CandidateEstimate } from './contract/estimate.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import { rankByUtility } from './decide/utility.ts'
import { utilityOptions } from './pool-river.ts'

/** What was believed of one query. */
export interface Believed {
  /** Empty: the estimator failed. */
  readonly estimates: readonly CandidateEstimate[]
  readonly isUnfamiliar: boolean
}

type Pool = Pick<PoolArtifact, 'members' | 'reference' | 'costUnit'>

/** The model chosen; the reference for what cannot be weighed, as the default of createPoolPolicy. */
export function chooseAtWeight(
  pool: Pool,
  { estimates, isUnfamiliar }: Believed,
  costWeight: number,
): string {
  if (isUnfamiliar) return pool.reference
  return rankByUtility(estimates, { ...utilityOptions(pool), costWeight })[0] ?? pool.reference
}

/**
 * The same at each of some ascending weights. Utilities are straight lines in the weight, so a model that is chosen at two weights is chosen at all
 * between them: only where the choice changes is it looked up.
 */
export function chooseAtWeights(
  pool: Pool,
  believed: Believed,
  weights: readonly number[],
): readonly string[] {
  const chosen: string[] = []
  const look = (at: number): string => chooseAtWeight(pool, believed, weights[at] ?? 0)
  const fill = (from: number, to: number): void => {
    const [low = '', high = ''] = [chosen[from], chosen[to]]
    if (to - from < 2) return
    if (low === high) {
      chosen.fill(low, from, to)
      return
    }
    const middle = Math.floor((from + to) / 2)
    chosen[middle] = look(middle)
    fill(from, middle)
    fill(middle, to)
  }
  if (weights.length === 0) return []
  chosen[0] = look(0)
  for (let at = 1; at < weights.length; at++) chosen.push('')
  chosen[weights.length - 1] = look(weights.length - 1)
  fill(0, weights.length - 1)
  return chosen
}
