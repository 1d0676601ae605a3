/**
 * Oracle gap recovered: of what could be gained over routing at random, the part that a system gains, all three at equal cost.
 *
 *   (Q(S) - Q(random)) / (Q(oracle) - Q(random))
 *
 * 0 is random, 1 is the oracle, which knows both answers. Often mislabelled APGR, which averages over all costs and compares with the large
 * model instead. Trap: the oracle profits from luck in sampled answers that nothing could predict, so 1 is out of reach. Equal cost means
 * an equal share of large calls here: random-router.ts and oracle.ts both give a quality for any share. Source: house rule.
 */
import { LEAST_GAP } from '../math/average-pgr.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'

/** Mean qualities of three systems at the same cost. Range [0, 1]. */
export interface AtEqualCost {
  readonly system: number
  readonly random: number
  readonly oracle: number
}

/** At most 1, higher is better; below 0 the system is worse than random. Undefined where even the oracle gains nothing. */
export function oracleGapRecovered({ system, random, oracle }: AtEqualCost): MetricValue {
  return oracle - random < LEAST_GAP
    ? notDefined('at this cost not even the oracle is better than random')
    : defined((system - random) / (oracle - random))
}
