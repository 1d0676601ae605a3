import { describe, expect, it } from 'vitest'
import { toPairOutcome } from './pair-outcome.ts'

const pair = { small: 's', large: 'l' }

describe('toPairOutcome', () => {
  it('takes the score of a single answer and the metered cost', () => {
    const row = { id: '1', models: { s: { score: 0.5, costUsd: 0.1 }, l: { score: 1 } } }
    expect(toPairOutcome(row, pair)).toEqual({
      smallQuality: 0.5,
      largeQuality: 1,
      smallScores: [0.5],
      largeScores: [1],
      smallCostUsd: 0.1,
    })
  })

  it('takes the mean of the judged samples before the score', () => {
    const samples = [{ score: 1 }, { score: 0 }, { response: 'not judged' }]
    const row = { id: '1', models: { s: { score: 1, samples }, l: { score: 1, samples: [{}] } } }
    // two judged samples, (1 + 0) / 2 = 0.5; the large model's sample is not judged, so its score counts
    expect(toPairOutcome(row, pair)).toMatchObject({
      smallQuality: 0.5,
      smallScores: [1, 0],
      largeScores: [1],
    })
  })

  it('is undefined when a model is missing, not judged, or only inherited', () => {
    expect(toPairOutcome({ id: '1', models: { s: { score: 1 } } }, pair)).toBeUndefined()
    expect(toPairOutcome({ id: '1', models: { s: { score: 1 }, l: {} } }, pair)).toBeUndefined()
    const odd = { small: 'constructor', large: 'l' }
    expect(toPairOutcome({ id: '1', models: { l: { score: 1 } } }, odd)).toBeUndefined()
  })
})
