import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { averagePgr } from './average-pgr.ts'
import { areaUnderQualityCurve, createQualityCurve } from './quality-curve.ts'
import { createRng } from './rng.ts'

// Five queries; the two scoring 0.5 move together.
//   score   0.9  0.5  0.5  0.3  0.1
//   small     1    0    1    0    0      mean 0.4
//   large     1    1    0    1    1      mean 0.8
const worked = { scores: [0.5, 0.9, 0.1, 0.5, 0.3], small: [0, 1, 0, 1, 0], large: [1, 1, 1, 0, 1] }

const quality = fc.double({ min: 0, max: 1, noNaN: true })
const row = fc.record({
  score: fc.integer({ min: 0, max: 9 }).map((s) => s / 10),
  small: quality,
  large: quality,
})
const columns = fc.array(row, { minLength: 1, maxLength: 60 }).map((rows) => ({
  scores: rows.map((r) => r.score),
  small: rows.map((r) => r.small),
  large: rows.map((r) => r.large),
}))

/** Every value as often as its copies say. */
function repeat(values: readonly number[], copies: readonly number[]): readonly number[] {
  return values.flatMap((value, i) => Array.from({ length: copies[i] ?? 0 }, () => value))
}

describe('createQualityCurve', () => {
  it('with copies is the curve of the repeated queries', () => {
    const copies = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 })
    fc.assert(
      fc.property(columns, copies, ({ scores, small, large }, all) => {
        const some = all.slice(0, scores.length)
        fc.pre(some.some((count) => count > 0))
        const curve = createQualityCurve({ scores, small, large }, some)
        const repeated = createQualityCurve({
          scores: repeat(scores, some),
          small: repeat(small, some),
          large: repeat(large, some),
        })
        expect(curve.thresholds).toEqual(repeated.thresholds)
        expect(curve.costAdvantage).toEqual(repeated.costAdvantage)
        for (const [i, value] of repeated.quality.entries()) expect(curve.quality[i]).toBeCloseTo(value, 9)
      }),
    )
  })

  it('gives the worked points', () => {
    // none kept: 4/5. >= 0.9: one kept, gap 0 -> 4/5. >= 0.5: gaps -1 + 1 -> 4/5. >= 0.3: gap -1 -> 3/5. all: gap -1 -> 2/5.
    const curve = createQualityCurve(worked)
    expect([...curve.thresholds]).toEqual([Infinity, 0.9, 0.5, 0.3, 0.1])
    expect([...curve.costAdvantage]).toEqual([0, 0.2, 0.6, 0.8, 1])
    expect([...curve.quality]).toEqual([0.8, 0.8, 0.8, 0.6, 0.4])
  })

  it('agrees with routing every query by every threshold', () => {
    fc.assert(
      fc.property(columns, ({ scores, small, large }) => {
        const curve = createQualityCurve({ scores, small, large })
        for (const [i, t] of curve.thresholds.entries()) {
          const routed = scores.map((s, q) => (s >= t ? small[q] : large[q]) ?? NaN)
          const mean = routed.reduce((a, b) => a + b, 0) / routed.length
          expect(curve.quality[i]).toBeCloseTo(mean, 12)
          expect(curve.costAdvantage[i]).toBe(scores.filter((s) => s >= t).length / scores.length)
        }
        expect(curve.costAdvantage.at(-1)).toBe(1)
      }),
    )
  })

  it('does not depend on the order of the rows, nor on the scale of the scores', () => {
    fc.assert(
      fc.property(columns, ({ scores, small, large }) => {
        const curve = createQualityCurve({ scores, small, large })
        const backwards = createQualityCurve({
          scores: scores.toReversed().map((s) => Math.exp(3 * s) - 7),
          small: small.toReversed(),
          large: large.toReversed(),
        })
        expect(backwards.costAdvantage).toEqual(curve.costAdvantage)
        for (const [i, q] of curve.quality.entries()) expect(backwards.quality[i]).toBeCloseTo(q, 12)
      }),
    )
  })
})

describe('averagePgr', () => {
  it('gives the worked area', () => {
    // trapezoids over the points above: 0.2*0.8 + 0.4*0.8 + 0.2*0.7 + 0.2*0.5 = 0.72; (0.72 - 0.4) / (0.8 - 0.4) = 0.8
    const curve = createQualityCurve(worked)
    expect(areaUnderQualityCurve(curve)).toBeCloseTo(0.72, 12)
    expect(averagePgr(curve)).toBeCloseTo(0.8, 12)
  })

  it('is exactly one half for a constant score: one step from all large to all small', () => {
    expect(averagePgr(createQualityCurve({ ...worked, scores: [1, 1, 1, 1, 1] }))).toBeCloseTo(0.5, 12)
  })

  it('is one half on average for random scores', () => {
    const rng = createRng(11)
    const small = Array.from({ length: 300 }, () => (rng.next() < 0.5 ? 1 : 0))
    const large = Array.from({ length: 300 }, () => (rng.next() < 0.8 ? 1 : 0))
    const values = Array.from({ length: 200 }, () => {
      const scores = small.map(() => rng.next())
      return averagePgr(createQualityCurve({ scores, small, large })) ?? NaN
    })
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(0.5, 1)
  })

  it('mirrors: opposite scores give areas that add up to 1', () => {
    fc.assert(
      fc.property(columns, ({ scores, small, large }) => {
        const apgr = averagePgr(createQualityCurve({ scores, small, large }))
        const opposite = averagePgr(createQualityCurve({ scores: scores.map((s) => -s), small, large }))
        if (apgr === undefined || opposite === undefined || Math.abs(apgr) > 1e6) return
        expect(apgr + opposite).toBeCloseTo(1, 6)
      }),
    )
  })

  it('is undefined without a gap and with a gap the wrong way', () => {
    expect(averagePgr(createQualityCurve({ scores: [1, 2], small: [1, 0], large: [0, 1] }))).toBeUndefined()
    expect(averagePgr(createQualityCurve({ scores: [1, 2], small: [1, 1], large: [0, 1] }))).toBeUndefined()
  })
})
