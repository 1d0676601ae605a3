import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OperatingPoint } from '../contract/decision.ts'
import { createRng } from '../math/rng.ts'
import { LEVELS } from './calibration.ts'
import type { CurvePrior } from './pool-curves.ts'
import { selectPromises, type PromiseOptions } from './select-promise.ts'

interface Columns {
  readonly scores: number[]
  readonly small: number[]
  readonly large: number[]
}

/** The exact curve at every 2% of uniform scores. */
function priorOf(gain: number): CurvePrior {
  const costAdvantage = Array.from({ length: 50 }, (_, i) => (i + 1) / 50)
  return {
    curve: {
      thresholds: costAdvantage.map((kept) => Math.round(100 - 100 * kept) / 100),
      costAdvantage,
      quality: costAdvantage.map((kept) => 0.8 * truth(1 - kept, gain)),
      gapVariance: 0.35,
    },
    rows: 4000,
    meanQuality: { small: 0.4 + gain, large: 0.8 },
  }
}

const OPTIONS: PromiseOptions = { levels: LEVELS, delta: 0.05, prior: priorOf(0), seed: 1 }
const GAINING: PromiseOptions = { ...OPTIONS, prior: priorOf(0.3) }

/**
 * Scores uniform on [0, 1]; the large model is right with chance 0.8, the small one with chance 0.8 score + gain, independent. So keeping
 * the scores from t on changes the quality by (1 - t) (gain - 0.4 (1 - t)), known without a sample.
 */
function draw(n: number, seed: number, gain = 0): Columns {
  const rng = createRng(seed)
  const columns: Columns = { scores: [], small: [], large: [] }
  for (let i = 0; i < n; i++) {
    const score = rng.next()
    columns.scores.push(score)
    columns.small.push(rng.next() < 0.8 * score + gain ? 1 : 0)
    columns.large.push(rng.next() < 0.8 ? 1 : 0)
  }
  return columns
}

/** True share of the large model's quality that a threshold keeps. */
function truth(threshold: number | null, gain = 0): number {
  if (threshold === null) return 1
  const kept = 1 - threshold
  return 1 + (kept * (gain - 0.4 * kept)) / 0.8
}

function at(points: readonly OperatingPoint[], level: number): OperatingPoint {
  return points.find(({ quality }) => quality === level)!
}

describe('selectPromises', () => {
  it('breaks at most delta of its promises, and keeps most of what the truth allows', () => {
    const runs = 150
    const broken = { 0.8: 0, 0.9: 0, 0.95: 0 }
    let kept = 0
    for (let run = 0; run < runs; run++) {
      const points = selectPromises(draw(500, run), { ...OPTIONS, levels: [0.8, 0.9, 0.95], seed: run })
      for (const level of [0.8, 0.9, 0.95] as const) {
        if (truth(at(points, level).threshold) < level - 1e-9) broken[level] += 1
      }
      kept += at(points, 0.9).expectedCostAdvantage / runs
    }
    const most = runs * (0.05 + 2.6 * Math.sqrt((0.05 * 0.95) / runs))
    for (const count of Object.values(broken)) expect(count).toBeLessThan(most)
    // The truth keeps 0.9 with the upper sqrt(0.2) = 44.7% small.
    expect(kept).toBeGreaterThan(0.33)
    expect(kept).toBeLessThan(0.447)
  })

  it('says what is not provable, and about how many rows would prove it', () => {
    const few = selectPromises(draw(40, 3), OPTIONS)
    const top = at(few, 1)
    expect(top).toMatchObject({
      mode: 'promise',
      threshold: null,
      expectedCostAdvantage: 0,
      expectedQuality: 1,
    })
    // Where keeping any costs, full quality cannot be proven by any number of rows.
    expect(selectPromises(draw(4000, 3, -0.2), { ...OPTIONS, prior: priorOf(-0.2) }).at(-1)).toMatchObject({
      threshold: null,
      rowsNeeded: null,
    })
    // With a gain of 0.3 keeping a fifth wins 0.2 * 0.22 of quality: some hundred rows away; these hundred show it well enough to say so.
    const near = at(selectPromises(draw(100, 9, 0.3), GAINING), 1)
    expect(near.threshold).toBeNull()
    const rows = near.rowsNeeded ?? 0
    expect(rows).toBeGreaterThan(100)
    const proven = Array.from({ length: 20 }, (_, seed) =>
      at(selectPromises(draw(rows, seed, 0.3), GAINING), 1),
    )
    expect(proven.filter(({ threshold }) => threshold !== null).length).toBeGreaterThan(8)
  })

  it('promises nothing when a row cannot be scored: it counts as large', () => {
    const columns = draw(400, 9)
    const scores = columns.scores.map(() => -1)
    for (const { expectedCostAdvantage } of selectPromises({ ...columns, scores }, OPTIONS)) {
      expect(expectedCostAdvantage).toBe(0)
    }
  })

  it('never lowers a threshold as the level rises, and never raises what is kept', () => {
    const tenths = fc.integer({ min: 0, max: 10 }).map((n) => n / 10)
    const rows = fc.array(fc.tuple(tenths, tenths, tenths), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(rows, fc.integer(), (drawn, seed) => {
        const columns = {
          scores: drawn.map(([score]) => score),
          small: drawn.map(([, small]) => small),
          large: drawn.map(([, , large]) => large),
        }
        const points = selectPromises(columns, { ...OPTIONS, seed })
        for (const [i, { threshold, expectedCostAdvantage }] of points.entries()) {
          const before = points[i - 1]
          if (before === undefined) continue
          expect(threshold ?? 2).toBeGreaterThanOrEqual(before.threshold ?? 2)
          expect(expectedCostAdvantage).toBeLessThanOrEqual(before.expectedCostAdvantage)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('is the same for the same seed', () => {
    const columns = draw(200, 4)
    expect(selectPromises(columns, OPTIONS)).toEqual(selectPromises(columns, OPTIONS))
  })
})
