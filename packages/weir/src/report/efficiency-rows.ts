/**
 * Rows of the metric table for metrics that need a cost. They say which cost: USD or calls. Definitions and traps are docs/metrics.md.
 */
import { between, counted, decimal, dollars, percent } from './format.ts'
import type { Evaluation } from './evaluation.ts'
import { headlineLevel } from './headline.ts'
import type { MetricRow } from './metric-rows.ts'

export function listEfficiency(evaluation: Evaluation): readonly MetricRow[] {
  const { efficiency, intervals } = evaluation
  const isMoney = efficiency.axis === 'costUsd'
  const unit = isMoney ? `USD, ${counted(efficiency.rows, 'row')}` : 'calls'
  const range = isMoney
    ? `${dollars(efficiency.costFrom)} and ${dollars(efficiency.costTo)} a query`
    : 'no and all calls to the large model'
  const at = (name: string, show?: (value: number) => string): string =>
    between(intervals[`efficiency.${name}`], show)
  return [
    {
      name: `AIQ (${unit})`,
      value: decimal(efficiency.averageImprovementInQuality),
      interval: at('averageImprovementInQuality'),
      meaning: `mean quality along the best mixes of operating points, between ${range}`,
    },
    {
      name: `AUDC (${unit})`,
      value: decimal(efficiency.areaUnderDeferralCurve),
      interval: at('areaUnderDeferralCurve'),
      meaning: 'mean quality along the curve itself, over the same costs',
    },
    {
      name: 'quality-neutral cost',
      value: percent(efficiency.qualityNeutralCost),
      interval: at('qualityNeutralCost', percent),
      meaning:
        `least cost (${isMoney ? 'USD' : 'calls'}) that is as good as the best single model, in percent of that model's; read off these rows, so ` +
        'a little too good; lower is better',
    },
    {
      name: 'saving at equal quality',
      value: percent(efficiency.costSavingAtEqualQuality),
      interval: at('costSavingAtEqualQuality', percent),
      meaning: 'what is left of 100%: the same number for those who pay',
    },
    {
      name: 'oracle gap recovered',
      value: percent(efficiency.oracleGapRecovered),
      interval: at('oracleGapRecovered', percent),
      meaning: `of what knowing both answers gains over random at ${percent(efficiency.oracleGapAt, 0)} kept small; part of the oracle is luck`,
    },
    ...listScore(evaluation),
  ]
}

/** At the headline level; left out when rows do not know costs and latencies. */
function listScore(evaluation: Evaluation): readonly MetricRow[] {
  const score = evaluation.efficiency.inferenceEfficiencyScore
  const level = score?.levels.find(({ asked }) => asked === headlineLevel(evaluation)?.asked)
  if (score === null || level === undefined) return []
  return [
    {
      name: `IES at level ${level.asked}`,
      value: decimal(level.value, 2),
      interval: between(level.interval, (value) => decimal(value, 2)),
      meaning:
        `(a quality + (1 - a) responsiveness) / cost, a = ${score.a}, normalised as said below; all small ${decimal(score.small, 2)}, all large ` +
        `${decimal(score.large, 2)}. Never select by it alone: it rewards cheapness without bound`,
    },
  ]
}

/** How the efficiency score is normalised; none when there is no score. */
export function noteNormalisation({ efficiency }: Evaluation): readonly string[] {
  const score = efficiency.inferenceEfficiencyScore
  return score === null ? [] : [`IES on ${counted(score.rows, 'row')}: ${score.normalisation}`]
}
