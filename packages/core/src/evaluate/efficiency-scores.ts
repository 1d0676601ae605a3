/**
 * Inference efficiency scores of whole systems (all small, all large, the router at each level) from one draw of queries. Only rows that know
 * both models' cost and latency count: a ratio of means over different rows would compare nothing.
 */
import type { Draw } from './bootstrap.ts'
import {
  inferenceEfficiencyScore,
  type EfficiencyInput,
  type InferenceEfficiencyScore,
} from './inference-efficiency-score.ts'
import type { TrialLog } from './trial-log.ts'

export interface EfficiencyScores {
  readonly small: InferenceEfficiencyScore
  readonly large: InferenceEfficiencyScore
  /** One per level of the log, in its order. */
  readonly levels: readonly InferenceEfficiencyScore[]
}

export interface EfficiencyScoreReader {
  /** Rows that know both models' cost and latency. */
  readonly rows: number
  /** Undefined when the draw has none of these rows. */
  readonly read: (draw: Draw) => EfficiencyScores | undefined
}

export function createEfficiencyScoreReader(log: TrialLog): EfficiencyScoreReader {
  const rows = [...log.scores.keys()].filter(
    (i) => log.smallCosts[i] !== undefined && log.smallLatencies[i] !== undefined,
  )
  const [small, large] = [createMeans(log, rows, () => true), createMeans(log, rows, () => false)]
  const levels = log.levels.map(({ kept }) => createMeans(log, rows, (i) => kept[i] === 1))
  return {
    rows: rows.length,
    read(draw) {
      const [allSmall, allLarge] = [small(draw), large(draw)]
      if (allSmall === undefined || allLarge === undefined) return undefined
      const reference = {
        fastestMs: Math.min(allSmall.latencyMs, allLarge.latencyMs),
        allLargeUsd: allLarge.costUsd,
      }
      return {
        small: inferenceEfficiencyScore(allSmall, reference),
        large: inferenceEfficiencyScore(allLarge, reference),
        // A level reads the same rows as all small, so it is there when that is.
        levels: levels.map((means) => inferenceEfficiencyScore(means(draw) ?? allLarge, reference)),
      }
    },
  }
}

/** Means of one system over the drawn ones of `rows`; undefined when none is drawn. */
function createMeans(
  log: TrialLog,
  rows: readonly number[],
  isSmall: (row: number) => boolean,
): (draw: Draw) => EfficiencyInput | undefined {
  const pick = (small: ArrayLike<number | undefined>, large: ArrayLike<number | undefined>): Float64Array =>
    Float64Array.from(rows, (i) => (isSmall(i) ? small[i] : large[i]) ?? 0)
  const quality = pick(log.small, log.large)
  const costUsd = pick(log.smallCosts, log.largeCosts)
  const latencyMs = pick(log.smallLatencies, log.largeLatencies)
  return (draw) => {
    const sum = { copies: 0, quality: 0, costUsd: 0, latencyMs: 0 }
    for (const [i, row] of rows.entries()) {
      const copies = draw[row] ?? 0
      sum.copies += copies
      sum.quality += copies * (quality[i] ?? 0)
      sum.costUsd += copies * (costUsd[i] ?? 0)
      sum.latencyMs += copies * (latencyMs[i] ?? 0)
    }
    const { copies } = sum
    if (copies === 0) return undefined
    return { quality: sum.quality / copies, costUsd: sum.costUsd / copies, latencyMs: sum.latencyMs / copies }
  }
}
