import { describe, expect, it } from 'vitest'
import { auroc } from '../math/auroc.ts'
import { createRng } from '../math/rng.ts'
import { estimateQualities } from '../score/pool-answers.ts'
import { readAnswer } from '../score/pool-features.ts'
import { fitPoolAnswers, type PoolAnswerRow } from './fit-pool-answers.ts'

const FOLDS = 4

/** Models right in 6 of 10, independently; confidence about 1.4 when right, 0.8 when wrong; right answers are "A". */
function plant(models: number, count: number): readonly PoolAnswerRow[] {
  const rng = createRng(5)
  return Array.from({ length: count }, (_, i) => {
    const qualities = Array.from({ length: models }, () => (rng.next() < 0.6 ? 1 : 0))
    const read = qualities.map((quality, place) => {
      const value = Math.log(1 - Math.exp(-(quality === 1 ? 2 : 1.2) * (0.2 + rng.next())))
      const text = quality === 1 ? 'A' : (['B', 'C', 'D', 'E'][rng.int(4)] ?? 'B')
      return readAnswer({ place, answer: { text }, value }, 'logprob')
    })
    return { prior: qualities.map(() => 0.6), read, qualities, fold: i % FOLDS }
  })
}

function namesOf(models: number): readonly string[] {
  return Array.from({ length: models }, (_, i) => `model-${i}`)
}

describe('fitPoolAnswers', () => {
  it('learns from confidence, and more from agreement', () => {
    const rows = plant(3, 400)
    const { heldOut } = fitPoolAnswers(rows, { models: namesOf(3), signal: 'logprob', folds: FOLDS })
    const labels = rows.map(({ qualities }) => qualities[0] ?? 0)
    const areaAt = (state: number): number =>
      auroc(
        rows.map((_, at) => heldOut(at, state)[0] ?? 0),
        labels,
      ) ?? 0
    // Before any answer all rows look alike; then its own confidence; then two more answers to compare with.
    expect(areaAt(0)).toBe(0.5)
    expect(areaAt(1)).toBeGreaterThan(0.7)
    expect(areaAt(7)).toBeGreaterThan(areaAt(1) + 0.02)
  })

  it('says how far estimates are from those when all have run: by ever less, and not at all at the end', () => {
    const rows = plant(3, 400)
    const { covariances } = fitPoolAnswers(rows, { models: namesOf(3), signal: 'logprob', folds: FOLDS })
    const spreadAt = (state: number): number =>
      covariances.find((one) => one.state === state)?.values[0] ?? Number.NaN
    expect(covariances).toHaveLength(8)
    expect(spreadAt(0)).toBeGreaterThan(spreadAt(1))
    expect(spreadAt(1)).toBeGreaterThan(spreadAt(3))
    expect(spreadAt(7)).toBe(0)
    for (const { values } of covariances) {
      // Symmetric, and no negative variance.
      expect(values[1]).toBe(values[3])
      for (const place of [0, 4, 8]) expect(values[place]).toBeGreaterThanOrEqual(0)
    }
  })

  it('estimates states of a pool too large for fits of each from what any state has', () => {
    const rows = plant(6, 200)
    const { parameters } = fitPoolAnswers(rows, { models: namesOf(6), signal: 'logprob', folds: FOLDS })
    expect(parameters.states.size).toBe(0)
    const [right, wrong] = ['A', 'B'].map((text) => {
      const sure = text === 'A' ? -0.01 : -1
      const read = [0, 1, 2].map((place) =>
        readAnswer(
          { place, answer: { text: place === 0 ? text : 'A' }, value: place === 0 ? sure : -0.01 },
          'logprob',
        ),
      )
      return estimateQualities(parameters, { prior: [0.6, 0.6, 0.6, 0.6, 0.6, 0.6], read })[0]
    })
    expect(right).toBeGreaterThan(0.8)
    expect(wrong).toBeLessThan(0.4)
  })
})
