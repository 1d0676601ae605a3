/**
 * What a pool's router does with one query at many cost weights, from estimates made once: the policy's own ranking (decide/utility.ts), without
 * asking the estimator again for each weight.
 */
import type { CandidateEstimate } from './contract/estimate.ts'
import type { PoolArtifact } from './contract/pool-artifact.ts'
import { rankByUtility } from './decide/utility.ts'
import type { Weighing } from './learn/select-settings.ts'
import { utilityOptions } from './pool-river.ts'

/** What was believed of one query. */
export interface Believed {
  /** Empty: the estimator failed. */
  readonly estimates: readonly CandidateEstimate[]
  readonly isUnfamiliar: boolean
}

type Pool = Pick<PoolArtifact, 'members' | 'reference' | 'costUnit'>

/** The model chosen; the reference for what cannot be weighed, as the default of createPoolPolicy. */
export function chooseAt(pool: Pool, { estimates, isUnfamiliar }: Believed, weighing: Weighing): string {
  if (isUnfamiliar) return pool.reference
  return rankByUtility(estimates, { ...utilityOptions(pool), ...weighing })[0] ?? pool.reference
}

/** The same at a cost weight, without a margin. */
export function chooseAtWeight(pool: Pool, believed: Believed, costWeight: number): string {
  return chooseAt(pool, believed, { margin: 0, costWeight })
}

/**
 * The same at each of a pool's settings: margins that fall, then weights that rise. Utilities are straight lines in the margin and in the weight, so a
 * model that is chosen at two margins is chosen at all between them, and so for weights: only where the choice changes is it looked up.
 */
export function chooseAtSettings(
  pool: Pool,
  believed: Believed,
  settings: readonly Weighing[],
): readonly string[] {
  const chosen = settings.map(() => '')
  const fill = (from: number, to: number): void => {
    if (to - from < 2) return
    if (chosen[from] === chosen[to]) {
      chosen.fill(chosen[from] ?? '', from, to)
      return
    }
    const middle = Math.floor((from + to) / 2)
    look(middle)
    fill(from, middle)
    fill(middle, to)
  }
  const look = (at: number): void => {
    const setting = settings[at]
    if (setting !== undefined) chosen[at] = chooseAt(pool, believed, setting)
  }
  const weights = settings.findIndex(({ margin }) => margin === 0)
  for (const [from, to] of [
    [0, (weights < 0 ? settings.length : weights) - 1],
    [weights, weights < 0 ? -1 : settings.length - 1],
  ] as const) {
    if (to < from) continue
    look(from)
    look(to)
    fill(from, to)
  }
  return chosen
}
