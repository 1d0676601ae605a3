/**
 * Label noise: how much of an oracle's lead is luck. An oracle that sees single answers takes whichever came out better, also where both
 * models are equally able; no router can. With several answers of each model the luck can be told apart: choose by one half, judge by the other.
 *
 *   lucky  = mean over halves h of  Q_h(choice by h)          honest = mean over halves h of  Q_h(choice by the other half)
 *   choice by h: small where mean small score in h >= mean large score in h,   luckFraction = (lucky - honest) / (lucky - best single model)
 *
 * honest is unbiased for a router that knows half the answers, hence at most the quality of one that knows both models' chances on every
 * query; lucky is at least that. Source: sample splitting, e.g. Cawley and Talbot, JMLR 11 (2010) on selection bias; the names are ours.
 */
import { shuffle, type Rng } from '../math/rng.ts'
import type { Draw } from './bootstrap.ts'

export interface LabelNoise {
  /** Queries with two answers or more of each model. */
  readonly rows: number
  /** Mean quality of the oracle that chooses and judges by the same half. Range [0, 1]. */
  readonly luckyQuality: number
  /** The same, judged by the other half. */
  readonly honestQuality: number
  /** Share of the oracle's lead over the best single model that is luck; undefined without a lead. May pass 1 by chance. */
  readonly luckFraction: number | undefined
}

export interface SampledRow {
  readonly smallScores: readonly number[]
  readonly largeScores: readonly number[]
}

/** Random splits averaged per query: of few answers one split is a gamble. */
const SPLITS = 8

/** Under any draw of the rows; undefined when no drawn row has two answers of each model. */
export function createLabelNoise(
  rows: readonly SampledRow[],
  rng: Rng,
): (draw: Draw) => LabelNoise | undefined {
  const split = rows.map((row) =>
    row.smallScores.length > 1 && row.largeScores.length > 1 ? splitRow(row, rng) : undefined,
  )
  return (draw) => {
    const sums = { rows: 0, lucky: 0, honest: 0, small: 0, large: 0 }
    for (const [i, one] of split.entries()) {
      const copies = draw[i] ?? 0
      if (one === undefined || copies === 0) continue
      sums.rows += copies
      sums.lucky += copies * one.lucky
      sums.honest += copies * one.honest
      sums.small += copies * one.small
      sums.large += copies * one.large
    }
    if (sums.rows === 0) return undefined
    const lead = sums.lucky - Math.max(sums.small, sums.large)
    return {
      rows: sums.rows,
      luckyQuality: sums.lucky / sums.rows,
      honestQuality: sums.honest / sums.rows,
      luckFraction: lead > 1e-9 * sums.rows ? (sums.lucky - sums.honest) / lead : undefined,
    }
  }
}

interface SplitRow {
  readonly lucky: number
  readonly honest: number
  readonly small: number
  readonly large: number
}

function splitRow({ smallScores, largeScores }: SampledRow, rng: Rng): SplitRow {
  let [lucky, honest] = [0, 0]
  for (let i = 0; i < SPLITS; i++) {
    const [smallA, smallB] = halve(smallScores, rng)
    const [largeA, largeB] = halve(largeScores, rng)
    const [keepsA, keepsB] = [smallA >= largeA, smallB >= largeB]
    lucky += (keepsA ? smallA : largeA) + (keepsB ? smallB : largeB)
    honest += (keepsB ? smallA : largeA) + (keepsA ? smallB : largeB)
  }
  return {
    lucky: lucky / (2 * SPLITS),
    honest: honest / (2 * SPLITS),
    small: meanOf(smallScores),
    large: meanOf(largeScores),
  }
}

/** Mean scores of two random halves; of an odd number the second has one more. */
function halve(scores: readonly number[], rng: Rng): readonly [number, number] {
  const mixed = shuffle(rng, scores)
  const half = Math.floor(mixed.length / 2)
  return [meanOf(mixed.slice(0, half)), meanOf(mixed.slice(half))]
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
