/**
 * Are promises kept where the truth is known? Made-up traffic, no files:
 *
 *   node scripts/promise-synthetic.ts          prints one JSON object
 *
 * Scores uniform on [0, 1]; the large model is right with chance 0.8, the small one with chance 0.8 score + gain, independent. Keeping the
 * scores from t on then changes the quality by (1 - t) (gain - 0.4 (1 - t)): exact. 10,000 calibrations a world, each on fresh draws.
 */
import { createRng } from '@weir/core'
import { selectPromises } from '../packages/core/src/learn/select-promise.ts'

export const CALIBRATIONS = 10_000
const LARGE = 0.8
const STEPS = 50
const LEVELS: readonly number[] = [0.8, 0.9, 0.95, 0.99]

export interface World {
  readonly name: string
  readonly rows: number
  readonly gain: number
  readonly delta: number
}

export const WORLDS: readonly World[] = [
  { name: 'few rows', rows: 200, gain: 0, delta: 0.05 },
  { name: '500 rows', rows: 500, gain: 0, delta: 0.05 },
  { name: '500 rows, delta 0.1', rows: 500, gain: 0, delta: 0.1 },
  { name: 'small model gains', rows: 500, gain: 0.1, delta: 0.05 },
]

export interface SyntheticTally {
  readonly level: number
  /** Shares of all calibrations. */
  readonly broken: number
  readonly proven: number
  readonly kept: number
  /** Largest share that could be kept small, were the truth known. */
  readonly possible: number
}

/** True share of the large model's quality when the upper `kept` of the scores stay small. */
function truthOf(kept: number, gain: number): number {
  return 1 + (kept * (gain - 0.4 * kept)) / LARGE
}

/** The exact curve at every 2%: the sequence is fixed before any calibration row is drawn. */
function priorOf(gain: number): Parameters<typeof selectPromises>[1]['prior'] {
  const costAdvantage = Array.from({ length: STEPS }, (_, i) => (i + 1) / STEPS)
  return {
    curve: {
      thresholds: costAdvantage.map((kept) => Math.round(100 - 100 * kept) / 100),
      costAdvantage,
      quality: costAdvantage.map((kept) => LARGE * truthOf(kept, gain)),
      gapVariance: 0.35,
    },
    rows: 4000,
    meanQuality: { small: 0.4 + gain, large: LARGE },
  }
}

/** Share of broken promises by level, over calibrations with seeds 0, 1, 2 … */
export function studySynthetic(
  { rows, gain, delta }: World,
  calibrations: number,
): readonly SyntheticTally[] {
  const prior = priorOf(gain)
  const tallies = LEVELS.map((level) => ({ level, broken: 0, proven: 0, kept: 0 }))
  for (let seed = 0; seed < calibrations; seed++) {
    const rng = createRng(seed)
    const scores = Float64Array.from({ length: rows }, () => rng.next())
    const small = scores.map((score) => (rng.next() < LARGE * score + gain ? 1 : 0))
    const large = scores.map(() => (rng.next() < LARGE ? 1 : 0))
    const points = selectPromises({ scores, small, large }, { levels: LEVELS, delta, prior, seed })
    for (const [i, { quality, threshold }] of points.entries()) {
      const tally = tallies[i]
      if (tally === undefined || threshold === null) continue
      const kept = 1 - threshold
      tally.proven += 1
      tally.kept += kept
      if (truthOf(kept, gain) < quality - 1e-9) tally.broken += 1
    }
  }
  return tallies.map(({ level, broken, proven, kept }) => ({
    level,
    broken: broken / calibrations,
    proven: proven / calibrations,
    kept: kept / calibrations,
    possible: possibleAt(level, gain),
  }))
}

function possibleAt(level: number, gain: number): number {
  const steps = Array.from({ length: 1001 }, (_, i) => i / 1000)
  return Math.max(...steps.filter((kept) => truthOf(kept, gain) >= level - 1e-9))
}

if (import.meta.main) {
  for (const world of WORLDS) {
    process.stdout.write(`${JSON.stringify({ world, tallies: studySynthetic(world, CALIBRATIONS) })}\n`)
  }
}
