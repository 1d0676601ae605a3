/** Brier score, log loss, calibration error and AUROC, each by hand and against a plain second implementation. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auroc } from './auroc.ts'
import { brierScore } from './brier-score.ts'
import { expectedCalibrationError, reliabilityBins } from './calibration-error.ts'
import { logLoss } from './log-loss.ts'

const unit = fc.double({ min: 0, max: 1, noNaN: true })
const pairs = fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 40 })

describe('brierScore', () => {
  it('is the mean square: ((0.8 - 1)^2 + (0.4 - 0)^2) / 2 = (0.04 + 0.16) / 2 = 0.1', () => {
    expect(brierScore([0.8, 0.4], [1, 0])).toBeCloseTo(0.1, 12)
  })
})

describe('logLoss', () => {
  it('is -(ln 0.8 + ln 0.6) / 2 = (0.22314 + 0.51083) / 2 = 0.36698', () => {
    expect(logLoss([0.8, 0.4], [1, 0])).toBeCloseTo(0.366985, 6)
  })

  it('is the entropy when predictions equal soft labels, and stays finite for certain mistakes', () => {
    expect(logLoss([0.25], [0.25])).toBeCloseTo(0.562335, 6) // -(0.25 ln 0.25 + 0.75 ln 0.75)
    expect(logLoss([0, 1], [1, 0])).toBeCloseTo(34.54, 2) // -ln 1e-15
    expect(logLoss([0, 1], [0, 1])).toBeCloseTo(0, 12)
  })
})

describe('expectedCalibrationError', () => {
  it('gives the worked bins', () => {
    // [0, 0.1): 0.05, label 0. [0.7, 0.8): 0.7 and 0.78, mean 0.74, labels 1 and 0, mean 0.5. [0.9, 1]: 1, label 1.
    // ECE = 1/4 * 0.05 + 2/4 * 0.24 + 1/4 * 0 = 0.1325
    const bins = reliabilityBins([0.05, 0.7, 0.78, 1], [0, 1, 0, 1])
    expect(bins.map(({ from, count, observed }) => [from, count, observed])).toEqual([
      [0, 1, 0],
      [0.7, 2, 0.5],
      [0.9, 1, 1],
    ])
    expect(expectedCalibrationError([0.05, 0.7, 0.78, 1], [0, 1, 0, 1])).toBeCloseTo(0.1325, 12)
  })

  it('is within [0, 1] and 0 when predictions equal labels', () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const p = rows.map(([a]) => a)
        const error = expectedCalibrationError(
          p,
          rows.map(([, b]) => b),
        )
        expect(error).toBeGreaterThanOrEqual(0)
        expect(error).toBeLessThanOrEqual(1)
        expect(expectedCalibrationError(p, p)).toBeCloseTo(0, 12)
      }),
    )
  })
})

describe('auroc', () => {
  it('counts ordered pairs: good at 0.9 and 0.4, bad at 0.4 and 0.1 -> (1 + 1 + 0.5 + 1) / 4 = 0.875', () => {
    expect(auroc([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0])).toBeCloseTo(0.875, 12)
  })

  it('is undefined with one class', () => {
    expect(auroc([0.1, 0.2], [1, 1])).toBeUndefined()
    expect(auroc([0.1, 0.2], [0, 0])).toBeUndefined()
  })

  it('with copies is that of the repeated queries: 0.4 good twice, 0.1 bad not at all -> (1 + 0.5 + 0.5) / 3', () => {
    expect(auroc([0.9, 0.4, 0.4, 0.1], [1, 1, 0, 0], [1, 2, 1, 0])).toBeCloseTo(2 / 3, 12)
  })

  it('equals the sum over all pairs, soft labels included', () => {
    const coarse = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), unit), { minLength: 2, maxLength: 30 })
    fc.assert(
      fc.property(coarse, (rows) => {
        const value = auroc(
          rows.map(([s]) => s),
          rows.map(([, y]) => y),
        )
        let won = 0
        let all = 0
        for (const [s, y] of rows) {
          for (const [other, z] of rows) {
            won += y * (1 - z) * (s > other ? 1 : s === other ? 0.5 : 0)
            all += y * (1 - z)
          }
        }
        if (value !== undefined && all > 1e-9) expect(value).toBeCloseTo(won / all, 9)
      }),
    )
  })
})
