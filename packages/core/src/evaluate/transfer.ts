/**
 * Transfer: may a router be used for another pair of models, or trained on one quality measure and judged by another? Two looks at rows that
 * have both outcomes:
 *
 *   gap correlation    of quality(small) - quality(large) before with the same after: Pearson's r, Spearman's rho. The paper's go/no-go test
 *   replayed scores    the router's own scores on the new outcomes: their APGR, and the levels its thresholds deliver. What matters directly
 *
 * Rules, on ends of 95% bootstrap intervals and never on point values:
 *   retrain       unless the lower end of the APGR is above 0.5: the scores are not shown to rank the new outcomes better than chance
 *   reuse         if besides the lower ends of r and rho are at least 0.7, and every level that keeps something small delivers at least its
 *                 level less 2 points at its lower end
 *   recalibrate   otherwise: the ranking holds, the thresholds need rows of the new outcomes
 * Without rows that have both outcomes the correlation is undefined, and the replayed scores decide alone.
 *
 * Source: Hybrid LLM, arXiv:2404.14618 section 4.7 (r = 0.76, rho = 0.71 transferred well, 1.6% drop at 20% cost advantage; less correlation,
 * worse results) and 4.6 (the same test for a cheap measure). The cut at 0.7 and the 2 points are read from there; the rules are ours. Trap:
 * noise in single answers pulls correlations of gaps towards 0, so a low one alone never says retrain.
 */
import { averagePgr } from '../math/average-pgr.ts'
import { createSpearman, pearson } from '../math/correlation.ts'
import { createQualityCurve } from '../math/quality-curve.ts'
import { bootstrap, type BootstrapOptions, type Draw, type Interval } from './bootstrap.ts'
import { createRedraw } from './redraw.ts'
import type { LevelTrials, TrialLog } from './trial-log.ts'
import {
  judgeTransfer,
  type Correlation,
  type TransferCheck,
  type TransferredLevel,
  type TransferVerdict,
} from './transfer-verdict.ts'

export interface TransferRows {
  /** The router's scores and decisions on the new outcomes; without levels when there is no router, only scores. */
  readonly log: TrialLog
  /** Quality gap of each row before: under the old pair, or the cheap measure. Undefined where the row does not have it. */
  readonly gapsBefore: readonly (number | undefined)[]
}

export interface TransferReport {
  readonly verdict: TransferVerdict
  readonly because: string
  /** The conditions that the verdict rests on, in the order of the rules. */
  readonly checks: readonly TransferCheck[]
  readonly rows: number
  readonly small: { readonly model: string; readonly quality: number }
  readonly large: { readonly model: string; readonly quality: number }
  /** Rows that have both outcomes. */
  readonly rowsWithBoth: number
  readonly pearson: Correlation | null
  readonly spearman: Correlation | null
  /** APGR of the scores on the new outcomes. */
  readonly apgr: number | null
  readonly apgrInterval: Interval | null
  readonly levels: readonly TransferredLevel[]
  /** Reasons by field. */
  readonly undefinedBecause: Readonly<Record<string, string>>
  readonly seed: number
  readonly resamples: number
}

/** Needs at least one row. O(rows * resamples). */
export function assessTransfer(
  rows: TransferRows,
  { seed, resamples = 1000 }: BootstrapOptions,
): TransferReport {
  const { log } = rows
  const gaps = createGapReader(rows)
  const redraw = createRedraw(log)
  const intervals: Readonly<Record<string, Interval | undefined>> = bootstrap(
    log.scores.length,
    (draw) => ({
      apgr: averagePgr(redraw(draw)),
      ...gaps.read(draw),
      ...Object.fromEntries(log.levels.map((level) => [String(level.asked), deliver(level, log, draw)])),
    }),
    { seed, resamples },
  )
  const curve = createQualityCurve(log)
  const values = gaps.read(new Uint16Array(log.scores.length).fill(1))
  const correlate = (name: 'pearson' | 'spearman'): Correlation | null =>
    values[name] === undefined ? null : { value: values[name], interval: intervals[name] ?? null }
  const measured = {
    rows: log.scores.length,
    small: { model: log.pair.small, quality: curve.quality.at(-1) ?? 0 },
    large: { model: log.pair.large, quality: curve.quality[0] ?? 0 },
    rowsWithBoth: gaps.rows,
    pearson: correlate('pearson'),
    spearman: correlate('spearman'),
    apgr: averagePgr(curve) ?? null,
    apgrInterval: intervals['apgr'] ?? null,
    levels: log.levels.map((level) => toLevel(level, log, intervals[String(level.asked)])),
  }
  return { ...judgeTransfer(measured), ...measured, undefinedBecause: findReasons(measured), seed, resamples }
}

interface GapReader {
  readonly rows: number
  readonly read: (draw: Draw) => Readonly<Record<'pearson' | 'spearman', number | undefined>>
}

/** Correlations over the drawn rows that have both outcomes. */
function createGapReader({ log, gapsBefore }: TransferRows): GapReader {
  const both = [...gapsBefore.keys()].filter((row) => gapsBefore[row] !== undefined)
  const before = both.map((row) => gapsBefore[row] ?? 0)
  const after = both.map((row) => (log.small[row] ?? 0) - (log.large[row] ?? 0))
  const spearman = createSpearman(before, after)
  return {
    rows: both.length,
    read(draw) {
      const weights = both.map((row) => draw[row] ?? 0)
      return { pearson: pearson(before, after, weights), spearman: spearman(weights) }
    },
  }
}

/** Share of the large model's quality that the decisions deliver on a draw. */
function deliver({ kept }: LevelTrials, { small, large }: TrialLog, draw?: Draw): number | undefined {
  let routed = 0
  let all = 0
  for (let i = 0; i < kept.length; i++) {
    const copies = draw === undefined ? 1 : (draw[i] ?? 0)
    routed += copies * ((kept[i] === 1 ? small[i] : large[i]) ?? 0)
    all += copies * (large[i] ?? 0)
  }
  return all === 0 ? undefined : routed / all
}

function toLevel(level: LevelTrials, log: TrialLog, interval: Interval | undefined): TransferredLevel {
  return {
    asked: level.asked,
    delivered: deliver(level, log) ?? null,
    deliveredInterval: interval ?? null,
    costAdvantage: level.kept.reduce((sum, one) => sum + one, 0) / level.kept.length,
  }
}

function findReasons({
  apgr,
  pearson,
  rowsWithBoth,
}: Pick<TransferReport, 'apgr' | 'pearson' | 'rowsWithBoth'>): Readonly<Record<string, string>> {
  const because =
    rowsWithBoth === 0
      ? 'no row has the outcomes of before and after, so the replayed scores decide alone'
      : `the quality gaps do not vary on the ${rowsWithBoth} rows that have both outcomes`
  return {
    ...(apgr === null
      ? { apgr: 'the new large model is not better than the new small one on these rows' }
      : {}),
    ...(pearson === null ? { pearson: because, spearman: because } : {}),
  }
}
