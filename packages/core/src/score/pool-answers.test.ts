import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { AnswerEstimatorInput } from '../contract/score.ts'
import { sigmoid } from '../math/logistic.ts'
import {
  createPoolAnswerEstimator,
  estimateQualities,
  stateOf,
  type FeatureFit,
  type PoolAnswerParameters,
} from './pool-answers.ts'
import { poolFeatures, readAnswer, sharedFeatures } from './pool-features.ts'

/** Of two models: 2 log-odds, then 6 numbers an answer, then for a pair 1 + 2 + 2. */
const WIDTHS = { one: 2 + 6, both: 2 + 2 * 6 + 5 }

function fitOf(width: number, weightAt: Readonly<Record<number, number>>, bias = 0): FeatureFit {
  return {
    weights: Array.from({ length: width }, (_, k) => weightAt[k] ?? 0),
    bias,
    means: Array.from({ length: width }, () => 1),
  }
}

const PARAMETERS: PoolAnswerParameters = {
  models: ['a', 'b'],
  signal: 'logprob',
  states: new Map([
    // Confidence of the only answer is feature 2; of the pair, agreement is feature 14.
    [1, [fitOf(WIDTHS.one, { 2: 1 }), fitOf(WIDTHS.one, {}, -1)]],
    [3, [fitOf(WIDTHS.both, { 14: 2 }), fitOf(WIDTHS.both, { 14: 2 }, -1)]],
  ]),
  shared: [fitOf(9, {}, 0.25), fitOf(9, {}, 0.5)],
}

function attempt(model: string, logprob: number | undefined, text: string): Attempt {
  const signals = logprob === undefined ? {} : { logprob }
  return { model, answers: [{ text }], signals, score: { signals, pGoodEnough: null, calls: [] } }
}

function input(attempts: readonly Attempt[]): AnswerEstimatorInput {
  return {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    features: {
      indices: new Uint32Array(),
      values: new Float32Array(),
      surface: new Float32Array(),
      truncated: false,
    },
    estimates: {
      pSmall: 0.5,
      candidates: [
        { model: 'a', quality: 0.5, costUsd: 1 },
        { model: 'b', quality: 0.5, costUsd: 2 },
      ],
    },
    attempts,
    signals: attempts.at(-1)?.signals ?? {},
  }
}

describe('createPoolAnswerEstimator', () => {
  const estimator = createPoolAnswerEstimator(PARAMETERS)

  it('estimates every model from the state of those that answered', () => {
    // Probability 1 - e^-2: confidence 2.
    const { pGoodEnough, candidates } = estimator.estimate(
      input([attempt('a', Math.log(1 - Math.exp(-2)), 'B')]),
    )
    expect(pGoodEnough).toBeCloseTo(sigmoid(2), 9)
    expect(candidates).toEqual([
      { model: 'a', quality: expect.closeTo(sigmoid(2), 9), costUsd: 0 },
      { model: 'b', quality: sigmoid(-1), costUsd: 2 },
    ])
  })

  it('believes answers that agree more, in whatever order they came', () => {
    const same = estimator.estimate(input([attempt('b', -1, 'B'), attempt('a', -1, 'b.')]))
    const other = estimator.estimate(input([attempt('a', -1, 'b.'), attempt('b', -1, 'C')]))
    expect(same.candidates?.map(({ quality }) => quality)).toEqual([sigmoid(2), sigmoid(1)])
    expect(other.candidates?.map(({ quality }) => quality)).toEqual([sigmoid(0), sigmoid(-1)])
    expect(same.pGoodEnough).toBe(sigmoid(2))
  })

  it('puts training means in place of a signal that is not there, and passes over failed calls', () => {
    const failed: Attempt = { model: 'b', error: { code: 'upstream.connect', message: '' } }
    const { pGoodEnough } = estimator.estimate(input([failed, attempt('a', undefined, 'B')]))
    expect(pGoodEnough).toBe(sigmoid(1))
  })

  it('falls back to the shared fits for a state without its own', () => {
    const { candidates } = estimator.estimate(input([attempt('b', -1, 'B')]))
    expect(candidates?.map(({ quality }) => quality)).toEqual([sigmoid(0.25), sigmoid(0.5)])
  })

  it('believes nothing without ex ante estimates', () => {
    const { estimates: _, ...without } = input([attempt('a', -1, 'B')])
    expect(estimator.estimate(without)).toEqual({ pGoodEnough: null })
  })
})

describe('features', () => {
  it('are as many as the state asks, and finite where there is a signal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -800, max: 0, noNaN: true }), fc.constantFrom('A', 'B', '')), {
          minLength: 1,
          maxLength: 4,
        }),
        (answers) => {
          const read = answers.map(([value, text], place) =>
            readAnswer({ place, answer: { text }, value }, 'logprob'),
          )
          const prior = answers.map(() => 0.7)
          const n = answers.length
          const features = poolFeatures({ prior, read })
          expect(features).toHaveLength(n + 6 * n + ((n * (n - 1)) / 2) * (1 + 2 * n))
          expect(features.every(Number.isFinite)).toBe(true)
          expect(sharedFeatures({ prior, read }, 0).every(Number.isFinite)).toBe(true)
        },
      ),
      { numRuns: 100, endOnFailure: true },
    )
  })

  it('names states by the places that answered', () => {
    expect(stateOf([])).toBe(0)
    expect(stateOf([0, 2])).toBe(5)
  })

  it('without an answer are the log-odds alone', () => {
    const { states, ...rest } = PARAMETERS
    const alone = new Map([...states, [0, [fitOf(2, { 0: 1 }), fitOf(2, { 1: 1 })]]])
    expect(estimateQualities({ ...rest, states: alone }, { prior: [0.3, 0.8], read: [] })).toEqual([
      expect.closeTo(0.3, 9),
      expect.closeTo(0.8, 9),
    ])
  })
})
