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
import type { QualityCurve } from '../math/quality-curve.ts'
import { defined, notDefined, type MetricValue } from './metric-value.ts'
import { nearestPoint } from './mean-gap.ts'
import { randomQuality } from './random-router.ts'

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

export type OracleGapAtShare = MetricValue & {
  /** Share of queries kept small at which it was taken; null where there is no such point. */
  readonly costAdvantage: number | null
}

/**
 * The metric at the operating point whose cost advantage is nearest to `asked`. `oracle`: the oracle's curve, straight lines between its
 * points being reachable. Undefined for a router with one score: none of its points sends queries both ways.
 */
export function oracleGapOfCurve(curve: QualityCurve, oracle: QualityCurve, asked = 0.5): OracleGapAtShare {
  const nearest = nearestPoint(curve, asked)
  if (nearest === undefined) {
    return { costAdvantage: null, ...notDefined('the router gives all queries the same score') }
  }
  const costAdvantage = curve.costAdvantage[nearest] ?? 0
  const pair = { small: curve.quality.at(-1) ?? 0, large: curve.quality[0] ?? 0 }
  const recovered = oracleGapRecovered({
    system: curve.quality[nearest] ?? 0,
    random: randomQuality(pair, costAdvantage),
    oracle: qualityAtShare(oracle, costAdvantage),
  })
  return { costAdvantage, ...recovered }
}

function qualityAtShare({ costAdvantage, quality }: QualityCurve, share: number): number {
  let after = 1
  while (after < costAdvantage.length - 1 && (costAdvantage[after] ?? 1) < share) after += 1
  const [low, high] = [costAdvantage[after - 1] ?? 0, costAdvantage[after] ?? 1]
  const part = (share - low) / (high - low)
  return (quality[after - 1] ?? 0) + part * ((quality[after] ?? 0) - (quality[after - 1] ?? 0))
}
