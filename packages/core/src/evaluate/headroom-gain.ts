/**
 * Gain of scores over what needs no router: points of quality above the random mix at equal cost.
 *
 *   gain(s) = Q(s) - B(s),   B(s) = Q(large) + s (Q(small) - Q(large)), the random mix,
 *                            but B(s) = Q(small) where the small model is the better one: alone it costs less still
 *   best    = gain at the share that was most favourable on the *other* folds, averaged over folds
 *   average = area between Q(s) and the random mix over s in [0, 1] = covariance of (1/2 - rank) and quality gap
 *
 * Choosing the best share on the rows it is judged on would find a gain in any noise (about half a point at 1,000 rows); choosing by the other
 * folds does not. Source: the random mix is Hybrid LLM's random router; PGR times the gap is the same height (RouteLLM, arXiv:2406.18665).
 */
import type { Draw } from './bootstrap.ts'
import { costAdvantageAtDrop } from './cost-advantage.ts'
import { createRedraw } from './redraw.ts'
import { REPORTED_DROPS, type ByDrop } from './report.ts'

export interface Gain {
  /** Points of quality above the random mix at the most favourable share, as a fraction: 0.03 for 3 points. */
  readonly best: number
  /** Share kept small there. Range [0, 1]. */
  readonly bestShare: number
  /** Points above the random mix, averaged over all shares. */
  readonly average: number
  /** Largest share kept small within a drop, read off these rows: a little optimistic. */
  readonly keptAtDrop: ByDrop
}

export interface GainInput {
  /** Higher: keep small first. Predicted without the row's own fold. */
  readonly scores: ArrayLike<number>
  readonly small: ArrayLike<number>
  readonly large: ArrayLike<number>
  readonly foldOf: ArrayLike<number>
  readonly folds: number
  /** A number per row, drawn at random: parts rows of equal score. The order of a file may know the outcome. */
  readonly ties: ArrayLike<number>
}

/** The gain under any draw of the rows; what was chosen from the rows (shares, ranks) stays as it was. */
export function createGain(input: GainInput): (draw: Draw) => Gain {
  const { small, large } = input
  const n = small.length
  const gaps = Float64Array.from(small, (quality, i) => quality - (large[i] ?? 0))
  const isSmallBetter = sumOf(gaps) >= 0
  const order = sortRows([...gaps.keys()], input)
  const places = new Float64Array(n)
  for (const [at, row] of order.entries()) places[row] = 0.5 - (at + 0.5) / n
  const kept = keepByFold(input, gaps, isSmallBetter)
  const redraw = createRedraw({ scores: places, small, large })
  return (draw) => {
    const sums = { gap: 0, share: 0, keptGap: 0, weight: 0, area: 0 }
    for (let i = 0; i < n; i++) {
      const copies = draw[i] ?? 0
      const g = copies * (gaps[i] ?? 0)
      sums.gap += g
      sums.area += (places[i] ?? 0) * g
      sums.weight += copies * (places[i] ?? 0)
      if (kept[i] !== 1) continue
      sums.share += copies
      sums.keptGap += g
    }
    const bestShare = sums.share / n
    const curve = redraw(draw)
    return {
      best: (sums.keptGap - (isSmallBetter ? 1 : bestShare) * sums.gap) / n,
      bestShare,
      average: (sums.area - (sums.weight * sums.gap) / n) / n,
      keptAtDrop: Object.fromEntries(REPORTED_DROPS.map((drop) => [drop, costAdvantageAtDrop(curve, drop)])),
    }
  }
}

/** 1 for rows kept small when each fold keeps the share that served the other folds best. */
function keepByFold(input: GainInput, gaps: Float64Array, isSmallBetter: boolean): Uint8Array {
  const { foldOf, folds } = input
  const rows = [...gaps.keys()]
  const kept = new Uint8Array(rows.length)
  for (let fold = 0; fold < folds; fold++) {
    const others = sortRows(
      rows.filter((row) => foldOf[row] !== fold),
      input,
    )
    const own = sortRows(
      rows.filter((row) => foldOf[row] === fold),
      input,
    )
    const share = selectShare(
      others.map((row) => gaps[row] ?? 0),
      isSmallBetter,
    )
    for (const row of own.slice(0, Math.round(share * own.length))) kept[row] = 1
  }
  return kept
}

/** The share of most gain. `gaps` in the order in which rows are kept small. */
function selectShare(gaps: readonly number[], isSmallBetter: boolean): number {
  const mean = sumOf(gaps) / gaps.length
  let best = isSmallBetter ? 1 : 0
  let most = 0
  let sum = 0
  for (const [i, gap] of gaps.entries()) {
    sum += gap
    const share = (i + 1) / gaps.length
    const gain = sum / gaps.length - (isSmallBetter ? 1 : share) * mean
    // Rounding alone must not win over the models themselves; of equal gains the larger share is the cheaper.
    if (gain <= 1e-12 || gain < most - 1e-12) continue
    most = gain
    best = share
  }
  return best
}

function sortRows(rows: number[], { scores, ties }: Pick<GainInput, 'scores' | 'ties'>): number[] {
  return rows.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (ties[a] ?? 0) - (ties[b] ?? 0))
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum
}
