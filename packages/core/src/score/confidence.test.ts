import { assert, constantFrom, double, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SIGNALS, type SignalName } from '../contract/score.ts'
import { calibrateConfidence, type ConfidenceCalibration } from './confidence.ts'
import { createConfidenceEstimator } from './confidence-estimator.ts'
import { LEAST_LOGPROB, transformSignal, type ConfidenceTransform } from './tail-log.ts'

const TRANSFORMS: readonly ConfidenceTransform[] = ['tailLog', 'tailLogTwoSided', 'plain']
const UNIT = double({ min: 0, max: 1, noNaN: true })

describe('tail-log transform', () => {
  it.each([
    // p = 0.9: -ln 0.1 = 2.302585; two-sided 2.302585 - 0.693147 = 1.609438
    [0.9, Math.LN10, 1.609437912],
    // p = 1/2: -ln 0.5 = 0.693147; two-sided exactly 0
    [0.5, Math.LN2, 0],
    // p = 0.1: -ln 0.9 = 0.105361; two-sided ln 2 + ln 0.1 = -1.609438, the mirror of 0.9
    [0.1, 0.105360516, -1.609437912],
    [0, 0, Number.NEGATIVE_INFINITY],
    [1, Infinity, Infinity],
  ])('p = %d', (p, one, two) => {
    expect(transformSignal(p, 'selfCheck', 'tailLog')).toBeCloseTo(one, 8)
    expect(transformSignal(p, 'selfCheck', 'tailLogTwoSided')).toBeCloseTo(two, 8)
    expect(transformSignal(p, 'selfCheck', 'plain')).toBe(p)
  })

  it('is the same from a log-probability as from the probability', () => {
    const inside = double({ min: 1e-6, max: 1 - 1e-6, noNaN: true })
    assert(
      property(inside, constantFrom(...TRANSFORMS), (p, transform) => {
        const fromLog = transformSignal(Math.log(p), 'logprob', transform)
        const fromP = transformSignal(p, 'selfCheck', transform)
        expect(Math.abs(fromLog - fromP)).toBeLessThan(1e-6)
      }),
      { endOnFailure: true },
    )
  })

  it('keeps its digits next to 0, where 1 - exp(l) has none', () => {
    // -ln(-l) = 12 ln 10 = 27.631021 for l = -1e-12; 1 - exp(-1e-12) would be off in the fifth digit, and 0 for l = -1e-17.
    expect(transformSignal(-1e-12, 'logprob', 'tailLog')).toBeCloseTo(12 * Math.LN10, 9)
    expect(transformSignal(-1e-17, 'logprob', 'tailLog')).toBeCloseTo(17 * Math.LN10, 9)
    expect(transformSignal(0, 'logprob', 'tailLog')).toBe(Infinity)
    // Rounded above 0 by the upstream.
    expect(transformSignal(1e-9, 'logprob', 'tailLog')).toBe(Infinity)
    expect(transformSignal(LEAST_LOGPROB, 'logprob', 'tailLogTwoSided')).toBe(Number.NEGATIVE_INFINITY)
  })

  it('leaves a real-valued signal as it stands', () => {
    expect(transformSignal(-3.5, 'external', 'plain')).toBe(-3.5)
    expect(transformSignal(7, 'firstTokenMargin', 'tailLog')).toBe(7)
  })
})

const platt = (over: object = {}): ConfidenceCalibration => ({
  kind: 'platt',
  signal: 'logprob',
  transform: 'tailLog',
  slope: 0.5,
  intercept: -1,
  range: [0, 9],
  labels: 50,
  ...over,
})

describe('calibrateConfidence', () => {
  it('is the logistic of the transformed signal', () => {
    // l = ln 0.9: x = 2.302585, 0.5 x - 1 = 0.151293, sigmoid = 0.537751
    expect(calibrateConfidence(platt(), Math.log(0.9))).toBeCloseTo(0.537751, 6)
  })

  it('takes p = 1 for the most confident answer that it was fitted on', () => {
    // 0.5 * 9 - 1 = 3.5: sigmoid 0.970688
    expect(calibrateConfidence(platt(), 0)).toBeCloseTo(0.970688, 6)
    expect(calibrateConfidence(platt(), -1e-30)).toBe(calibrateConfidence(platt(), 0))
  })

  it('draws a line between knots and is flat outside them', () => {
    const knots: ConfidenceCalibration = {
      kind: 'isotonic',
      signal: 'agreement',
      knots: [
        [0.2, 0.1],
        [0.4, 0.5],
        [0.8, 0.5],
      ],
      labels: 60,
    }
    const at = (value: number): number => calibrateConfidence(knots, value)
    expect([at(0), at(0.2), at(0.6), at(0.8), at(1)]).toEqual([0.1, 0.1, 0.5, 0.5, 0.5])
    expect(at(0.3)).toBeCloseTo(0.3, 12)
  })

  it('never turns the order of two answers around and stays a probability', () => {
    const settings = record({
      transform: constantFrom(...TRANSFORMS),
      slope: double({ min: 1e-3, max: 20, noNaN: true }),
      intercept: double({ min: -20, max: 20, noNaN: true }),
    })
    assert(
      property(settings, UNIT, UNIT, (over, a, b) => {
        const calibration = platt({ ...over, signal: 'selfCheck', range: [-5, 5] })
        const low = calibrateConfidence(calibration, Math.min(a, b))
        const high = calibrateConfidence(calibration, Math.max(a, b))
        expect(low).toBeLessThanOrEqual(high)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
      }),
      { endOnFailure: true },
    )
  })
})

describe('createConfidenceEstimator', () => {
  const query = { turns: [], tools: 0, images: 0, wantsJson: false }
  const features = {
    indices: new Uint32Array(),
    values: new Float32Array(),
    surface: new Float32Array(),
    truncated: false,
  }
  const estimator = createConfidenceEstimator({ a: platt(), b: platt({ signal: 'agreement' }) })
  const estimate = (model: string, signals: Partial<Record<SignalName, number>>) =>
    estimator.estimate({ query, features, attempts: [{ model: 'a' }, { model }], signals })

  it("reads the last attempt's model", () => {
    expect(estimator.signals).toEqual(['logprob', 'agreement'])
    expect(estimate('a', { logprob: 0 })).toEqual({ pGoodEnough: calibrateConfidence(platt(), 0) })
    expect(estimate('b', { logprob: 0 })).toEqual({ pGoodEnough: null })
    expect(estimate('b', { agreement: 0.5 }).pGoodEnough).toBeGreaterThan(0)
  })

  it('has no estimate without a calibration or a signal', () => {
    expect(estimate('a', {})).toEqual({ pGoodEnough: null })
    expect(estimate('constructor', { logprob: 0 })).toEqual({ pGoodEnough: null })
  })

  it('knows every signal', () => {
    expect(Object.keys(SIGNALS)).toHaveLength(11)
  })
})
