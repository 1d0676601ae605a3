/**
 * The answer of a transfer test, from intervals alone: reuse, recalibrate or retrain. The rules and their source are in transfer.ts.
 */
import type { Interval } from './bootstrap.ts'

/** `reuse`: scores and thresholds hold. `recalibrate`: the scores do, the thresholds must be chosen anew. `retrain`: neither is shown to. */
export type TransferVerdict = 'reuse' | 'recalibrate' | 'retrain'

export interface TransferCheck {
  readonly name: 'ranking' | 'pearson' | 'spearman' | 'levels'
  /** Null when it could not be made; then it does not count. */
  readonly passed: boolean | null
  /** Lower end of the 95% interval; of the worst level for `levels`. */
  readonly low: number | null
  /** What it must be above (ranking) or at least. */
  readonly limit: number
  /** `levels` alone: the level that falls furthest short. */
  readonly asked?: number
}

/** Where chance is: APGR of a random router. */
const RANDOM_APGR = 0.5
/** Least correlation of gaps for reuse. */
const LEAST_CORRELATION = 0.7
/** How far below its level a threshold may deliver, as a share of the large model's quality. */
const LEVEL_TOLERANCE = 0.02

export interface Correlation {
  readonly value: number
  readonly interval: Interval | null
}

export interface TransferredLevel {
  readonly asked: number
  /** Share of the new large model's quality delivered; null when that quality is 0. */
  readonly delivered: number | null
  readonly deliveredInterval: Interval | null
  readonly costAdvantage: number
}

export interface TransferMeasured {
  readonly pearson: Correlation | null
  readonly spearman: Correlation | null
  readonly apgrInterval: Interval | null
  readonly levels: readonly TransferredLevel[]
}

export interface TransferAnswer {
  readonly verdict: TransferVerdict
  readonly because: string
  readonly checks: readonly TransferCheck[]
}

export function judgeTransfer(measured: TransferMeasured): TransferAnswer {
  const { apgrInterval } = measured
  const low = apgrInterval?.[0] ?? null
  const isRanked = low !== null && low > RANDOM_APGR
  const ranking = { name: 'ranking', passed: isRanked, low, limit: RANDOM_APGR } as const
  const rest = [
    checkCorrelation('pearson', measured.pearson),
    checkCorrelation('spearman', measured.spearman),
    checkLevels(measured.levels),
  ]
  const checks = [ranking, ...rest]
  if (!isRanked) return { verdict: 'retrain', because: whyRetrain(apgrInterval), checks }
  const failed = rest.filter(({ passed }) => passed === false).map(({ name }) => name)
  if (failed.length === 0) return { verdict: 'reuse', because: whyReuse(rest), checks }
  return { verdict: 'recalibrate', because: whyRecalibrate(failed), checks }
}

function checkCorrelation(name: 'pearson' | 'spearman', correlation: Correlation | null): TransferCheck {
  if (correlation === null) return { name, passed: null, low: null, limit: LEAST_CORRELATION }
  const low = correlation.interval?.[0] ?? null
  return { name, passed: low !== null && low >= LEAST_CORRELATION, low, limit: LEAST_CORRELATION }
}

/** The level that falls furthest short; levels that keep nothing small cannot, but when all keep nothing there is nothing to reuse. */
function checkLevels(levels: readonly TransferredLevel[]): TransferCheck {
  if (levels.length === 0) return { name: 'levels', passed: null, low: null, limit: 1 - LEVEL_TOLERANCE }
  const shortfalls = levels
    .filter(({ costAdvantage }) => costAdvantage > 0)
    .map(({ asked, deliveredInterval }) => ({ asked, low: deliveredInterval?.[0] ?? 0 }))
    .sort((a, b) => a.low - a.asked - (b.low - b.asked))
  const [worst] = shortfalls
  if (worst === undefined) return { name: 'levels', passed: false, low: null, limit: 1 - LEVEL_TOLERANCE }
  const limit = worst.asked - LEVEL_TOLERANCE
  return { name: 'levels', passed: worst.low >= limit, low: worst.low, limit, asked: worst.asked }
}

function whyRetrain(interval: Interval | null): string {
  if (interval === null) return 'there is no gap to recover on these rows, so no score can rank them'
  return interval[1] <= RANDOM_APGR
    ? 'the scores rank the new outcomes no better than chance'
    : 'the scores are not shown to rank the new outcomes better than chance; more rows may show it'
}

function whyReuse(rest: readonly TransferCheck[]): string {
  const levels = rest.some(({ name, passed }) => name === 'levels' && passed === true)
  const gaps = rest.some(({ name, passed }) => name === 'pearson' && passed === true)
  return [
    'the scores rank the new outcomes',
    ...(levels ? ['the thresholds keep their levels to within 2 points'] : []),
    ...(gaps ? ['the gaps correlate'] : []),
  ].join(', ')
}

const SAID: Readonly<Record<TransferCheck['name'], string>> = {
  ranking: 'the ranking is not shown',
  pearson: 'the gaps are not shown to correlate enough (Pearson)',
  spearman: 'the gaps are not shown to correlate enough (Spearman)',
  levels: 'the thresholds are not shown to keep their levels',
}

function whyRecalibrate(failed: readonly TransferCheck['name'][]): string {
  return `the scores rank the new outcomes, but ${failed.map((name) => SAID[name]).join(', ')}`
}
