/**
 * Oracle headroom under a draw: the quality of the better answer, its best lead over the random mix, and the share that a perfect router keeps
 * small within a drop. What an oracle is, and that luck is part of its lead: oracle.ts, label-noise.ts.
 *
 *   best = mean of max(0, gap - mean gap), over the random mix;  Q(oracle) - Q(small) where the small model is the better one
 *   kept at drop d = largest share s with Q(large) + (sum of the s n largest gaps) / n >= (1 - d) Q(large)
 */
import type { Draw } from './bootstrap.ts'
import type { OracleHeadroom } from './headroom-report.ts'
import { orderOf } from './redraw.ts'
import { REPORTED_DROPS } from './report.ts'

/** Rounding of sums that a point may fall short of its limit by. */
const EPSILON = 1e-12

export function createOracleHeadroom({
  small,
  large,
}: {
  readonly small: Float64Array
  readonly large: Float64Array
}): (draw: Draw) => OracleHeadroom {
  const gaps = small.map((quality, i) => quality - (large[i] ?? 0))
  const order = orderOf(gaps)
  return (draw) => {
    const n = sumOver(draw, () => 1)
    const largeSum = sumOver(draw, (i) => large[i] ?? 0)
    const gapSum = sumOver(draw, (i) => gaps[i] ?? 0)
    const won = sumOver(draw, (i) => Math.max(0, gaps[i] ?? 0))
    const best =
      gapSum >= 0 ? (won - gapSum) / n : sumOver(draw, (i) => Math.max(0, (gaps[i] ?? 0) - gapSum / n)) / n
    return {
      quality: (largeSum + won) / n,
      best,
      keptAtDrop: Object.fromEntries(
        REPORTED_DROPS.map((drop) => [drop, keepWithin(drop * largeSum, { draw, gaps, order }) / n]),
      ),
    }
  }
}

interface Ordered {
  readonly draw: Draw
  readonly gaps: Float64Array
  /** Rows by descending gap. */
  readonly order: Uint32Array
}

/** Queries kept small, largest gaps first, until the sum of gaps would fall below -allowance. */
function keepWithin(allowance: number, { draw, gaps, order }: Ordered): number {
  let kept = 0
  let sum = 0
  for (const row of order) {
    const [copies, gap] = [draw[row] ?? 0, gaps[row] ?? 0]
    // Copies of a query are parted like any others: an oracle may keep some of them.
    const room = gap >= 0 ? copies : Math.floor((sum + allowance + EPSILON * order.length) / -gap)
    const taken = Math.max(0, Math.min(copies, room))
    kept += taken
    sum += taken * gap
    if (taken < copies) break
  }
  return kept
}

function sumOver(draw: Draw, valueOf: (row: number) => number): number {
  let sum = 0
  for (let i = 0; i < draw.length; i++) {
    const copies = draw[i] ?? 0
    if (copies > 0) sum += copies * valueOf(i)
  }
  return sum
}
