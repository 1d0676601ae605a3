import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createQualityCurve } from '../math/quality-curve.ts'
import { LEVELS } from './calibration.ts'
import { selectThresholds } from './select-threshold.ts'

interface Columns {
  readonly scores: readonly number[]
  readonly small: readonly number[]
  readonly large: readonly number[]
}

const tenths = fc.integer({ min: 0, max: 10 }).map((n) => n / 10)
/** Up to 30 calibration rows with many ties in score and quality. */
const trials: fc.Arbitrary<Columns> = fc
  .array(fc.tuple(tenths, tenths, tenths), { minLength: 1, maxLength: 30 })
  .map((rows) => ({
    scores: rows.map(([score]) => score),
    small: rows.map(([, small]) => small),
    large: rows.map(([, , large]) => large),
  }))
const level = fc.integer({ min: 1, max: 100 }).map((n) => n / 100)

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

/** What a cut-off does to the rows it is applied to: small when the score is at least the cut-off. */
function apply(
  { scores, small, large }: Columns,
  threshold: number | null,
): { kept: number; quality: number } {
  const isSmall = scores.map((score) => threshold !== null && score >= threshold)
  return {
    kept: mean(isSmall.map(Number)),
    quality: mean(isSmall.map((kept, i) => (kept ? small[i]! : large[i]!))),
  }
}

/** The most rows any cut-off keeps small while the level holds; 0 when none does. */
function exhaustive(columns: Columns, asked: number): number {
  const floor = asked * mean(columns.large) - 1e-9
  const kept = [...new Set(columns.scores)]
    .map((threshold) => apply(columns, threshold))
    .filter(({ quality }) => quality >= floor)
    .map((point) => point.kept)
  return Math.max(0, ...kept)
}

const thresholdsOf = (columns: Columns): readonly (number | null)[] =>
  selectThresholds(createQualityCurve(columns), LEVELS).map(({ threshold }) => threshold)

describe('selectThresholds', () => {
  it('equals exhaustive search over all distinct scores', () => {
    fc.assert(
      fc.property(trials, level, (columns, asked) => {
        const [point] = selectThresholds(createQualityCurve(columns), [asked])
        const applied = apply(columns, point!.threshold)
        expect(applied.kept).toBeCloseTo(exhaustive(columns, asked), 12)
        expect(point!.expectedCostAdvantage).toBeCloseTo(applied.kept, 12)
        const allLarge = mean(columns.large)
        if (allLarge > 0) expect(point!.expectedQuality).toBeCloseTo(applied.quality / allLarge, 9)
        expect(applied.quality).toBeGreaterThanOrEqual(asked * allLarge - 1e-9)
      }),
      { numRuns: 300 },
    )
  })

  it('says null when no cut-off keeps the level', () => {
    const columns = { scores: [0.9, 0.1], small: [0, 0], large: [1, 1] }
    expect(selectThresholds(createQualityCurve(columns), [0.9])).toEqual([
      { quality: 0.9, mode: 'estimate', threshold: null, expectedCostAdvantage: 0, expectedQuality: 1 },
    ])
  })

  it('says 0 when all may stay small, so that lower scores than any seen stay small too', () => {
    const columns = { scores: [0.9, 0.4], small: [1, 1], large: [1, 1] }
    expect(selectThresholds(createQualityCurve(columns), [1])[0]).toMatchObject({
      threshold: 0,
      expectedCostAdvantage: 1,
    })
  })

  it('gives the boundary to the small model: the threshold is a score that was seen', () => {
    // Q(all large) = 1; keeping the two best loses nothing, the third costs 1/4 of the quality.
    const columns = { scores: [0.9, 0.7, 0.4, 0.2], small: [1, 1, 0, 0], large: [1, 1, 1, 1] }
    expect(selectThresholds(createQualityCurve(columns), [1])[0]).toMatchObject({
      threshold: 0.7,
      expectedCostAdvantage: 0.5,
    })
    expect(selectThresholds(createQualityCurve(columns), [0.75])[0]).toMatchObject({
      threshold: 0.4,
      expectedCostAdvantage: 0.75,
    })
  })

  it('looks past a dip: the best feasible cut-off, not the first infeasible one', () => {
    // Keeping one row costs 1/3; keeping two wins it back because the small model is better on the second.
    const columns = { scores: [0.9, 0.5, 0.1], small: [0, 1, 0], large: [1, 0, 1] }
    expect(selectThresholds(createQualityCurve(columns), [1])[0]).toMatchObject({
      threshold: 0.5,
      expectedQuality: 1,
    })
  })

  it('never lowers the threshold as the level rises', () => {
    fc.assert(
      fc.property(trials, (columns) => {
        const thresholds = thresholdsOf(columns).map((threshold) => threshold ?? 2)
        for (let i = 1; i < thresholds.length; i++) {
          expect(thresholds[i]!).toBeGreaterThanOrEqual(thresholds[i - 1]!)
        }
      }),
    )
  })

  it('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(trials, ({ scores, small, large }) => {
        const turned = {
          scores: scores.toReversed(),
          small: small.toReversed(),
          large: large.toReversed(),
        }
        expect(thresholdsOf(turned)).toEqual(thresholdsOf({ scores, small, large }))
      }),
    )
  })
})

describe('LEVELS', () => {
  it('are 101, from 0.5 to 1', () => {
    expect(LEVELS.length).toBe(101)
    expect(LEVELS[0]).toBe(0.5)
    expect(LEVELS[20]).toBe(0.8)
    expect(LEVELS[80]).toBe(0.95)
    expect(LEVELS.at(-1)).toBe(1)
  })
})
