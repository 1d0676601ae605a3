/**
 * Threshold selection with proof (Learn-then-Test): for each quality level the lowest threshold of a fixed sequence for which the
 * calibration rows prove
 *
 *   E[Z] >= 0,   Z = (quality of the routed answer) - level * (quality of the large model's answer)
 *
 * Fixed-sequence testing: thresholds are tested from high (nearly all large) to low (all small), each at level delta, until the
 * first that is not proven. The first false one of the sequence is accepted with probability at most delta, and nothing behind it is
 * reached before, so with probability at least 1 - delta every accepted threshold keeps the level: no price for testing many.
 * That holds at every number of rows, when the sequence was fixed before the rows were seen and rows are independent draws of the
 * same traffic; a row that repeats a question counts as a draw of its own.
 * Source: Angelopoulos et al., arXiv:2110.01052, section 2.2; the test is promise-test.ts.
 *
 * Near level 1 a handful of kept queries proves nothing, as there is no slack to start from. So a level begins at the threshold that
 * the training curve says stands out most from its noise; for most levels that is the first. Levels are proven one by one, each with confidence 1 - delta for itself. Thresholds never fall as
 * the level rises: a level takes the threshold of the level below where its own is lower, which the sequence has proven as well.
 */
import type { OperatingPoint } from '../contract/decision.ts'
import { normalQuantile } from '../math/normal.ts'
import { descendingOrder, type Trials } from '../math/quality-curve.ts'
import { createRng, shuffle } from '../math/rng.ts'
import type { CurvePrior } from './pool-curves.ts'
import { proveByBetting, type PromiseTest } from './promise-test.ts'

export interface PromiseOptions {
  /** Ascending, each in (0, 1]. */
  readonly levels: readonly number[]
  /** Chance that a promise is broken. Range (0, 1). */
  readonly delta: number
  /** Known before the calibration rows were seen: its thresholds are the sequence, its curve says where each level begins. */
  readonly prior: CurvePrior
  /** Order in which the rows are bet on. */
  readonly seed: number
  /** Default: betting. */
  readonly test?: PromiseTest
}

/** Chance of finding a proof that `rowsNeeded` aims at. */
const POWER = 0.9
const LEAST_GROWTH = 1.5

/** `trials.scores` must not depend on the rows' qualities. One point per level, same order. O(levels * thresholds * rows) at most. */
export function selectPromises(trials: Trials, options: PromiseOptions): OperatingPoint[] {
  const walk = createWalk(trials, options)
  let highest = options.prior.curve.thresholds.length - 1
  return options.levels.map((level) => {
    const start = mostProvable(level, options.prior)
    const proven = Math.min(highest, walk.lastProven(level, start))
    highest = proven < start ? -1 : proven
    if (highest >= 0) return { quality: level, mode: 'promise', ...walk.describe(highest) }
    const rowsNeeded = walk.rowsNeeded(level, start)
    return { quality: level, mode: 'promise', ...walk.describe(-1), rowsNeeded }
  })
}

/** Position of the largest expected mean of Z over its standard deviation. */
function mostProvable(level: number, { curve, meanQuality: { large } }: CurvePrior): number {
  const slack = (1 - level) * large
  const slackVariance = (1 - level) ** 2 * large * (1 - large)
  const signals = curve.quality.map((quality, i) => {
    const variance = slackVariance + (curve.costAdvantage[i] ?? 1) * curve.gapVariance
    return (slack + quality - large) / Math.sqrt(Math.max(variance, 1e-12))
  })
  return signals.indexOf(Math.max(...signals))
}

type Selected = Pick<OperatingPoint, 'threshold' | 'expectedCostAdvantage' | 'expectedQuality'>

/** Positions are indices into the sequence; -1 is all large. */
interface Walk {
  /** Last position proven in a row from `start` on; start - 1 when the first is not. */
  lastProven(level: number, start: number): number
  /** Rows at which the first position is proven with chance POWER; null when its mean is not above 0. */
  rowsNeeded(level: number, start: number): number | null
  describe(position: number): Selected
}

function createWalk(trials: Trials, { delta, prior, seed, test = proveByBetting }: PromiseOptions): Walk {
  const sequence = prior.curve.thresholds
  const { scores, small, large, keptAt } = arrange(trials, sequence, seed)
  const n = small.length
  const values = new Float64Array(n)
  const byScore = descendingOrder(scores) ?? Uint32Array.from(scores, (_, i) => i)

  /** Fills `values` for all large, then moves from position to position; `visit` says whether to go on. */
  const visit = (level: number, start: number, see: (position: number) => boolean): void => {
    for (let i = 0; i < n; i++) values[i] = (1 - level) * (large[i] ?? 0)
    let moved = 0
    for (let position = start; position < sequence.length; position++) {
      for (const kept = keptAt[position] ?? 0; moved < kept; moved++) {
        const row = byScore[moved] ?? 0
        values[row] = (small[row] ?? 0) - level * (large[row] ?? 0)
      }
      if (!see(position)) return
    }
  }

  return {
    lastProven(level, start): number {
      let last = start - 1
      visit(level, start, (position) => {
        const keptFraction = (keptAt[position] ?? 0) / n
        if (!test({ values, level, keptFraction, delta })) return false
        last = position
        return true
      })
      return last
    },
    rowsNeeded(level, start): number | null {
      visit(level, start, () => false)
      const signal = signalToNoise(values)
      if (signal === 0) return null
      const rows = ((normalQuantile(1 - delta) + normalQuantile(POWER)) / signal) ** 2
      // Fewer than what just did not do is no advice.
      return roundUp(Math.max(rows, LEAST_GROWTH * n))
    },
    describe(position): Selected {
      const kept = position < 0 ? 0 : (keptAt[position] ?? 0)
      let routed = 0
      let allLarge = 0
      for (let i = 0; i < n; i++) {
        const row = byScore[i] ?? 0
        allLarge += large[row] ?? 0
        routed += (i < kept ? small[row] : large[row]) ?? 0
      }
      return {
        threshold: position < 0 ? null : (sequence[position] ?? null),
        expectedCostAdvantage: kept / n,
        expectedQuality: allLarge > 0 ? routed / allLarge : 1,
      }
    },
  }
}

/** The rows in the order of betting, and how many rows each position of the sequence keeps small. */
function arrange(
  trials: Trials,
  sequence: readonly number[],
  seed: number,
): Record<'scores' | 'small' | 'large', Float64Array> & { readonly keptAt: readonly number[] } {
  const order = shuffle(
    createRng(seed),
    Array.from(trials.scores, (_, i) => i),
  )
  const pick = (column: ArrayLike<number>): Float64Array => Float64Array.from(order, (i) => column[i] ?? 0)
  const scores = pick(trials.scores)
  const sorted = scores.toSorted((a, b) => b - a)
  let kept = 0
  const keptAt = sequence.map((threshold) => {
    while (kept < sorted.length && (sorted[kept] ?? 0) >= threshold) kept += 1
    return kept
  })
  return { scores, small: pick(trials.small), large: pick(trials.large), keptAt }
}

/** Mean over standard deviation; 0 when the mean is not above 0. */
function signalToNoise(values: Float64Array): number {
  let sum = 0
  let squares = 0
  for (const value of values) {
    sum += value
    squares += value * value
  }
  const mean = sum / values.length
  if (!(mean > 0)) return 0
  return mean / Math.sqrt(Math.max(1e-12, squares / values.length - mean * mean))
}

/** To two significant digits: more would claim a precision that the estimate does not have. */
function roundUp(rows: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(rows)) - 1)
  return Math.ceil(rows / unit) * unit
}
