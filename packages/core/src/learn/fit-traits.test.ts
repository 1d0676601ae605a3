import { describe, expect, it } from 'vitest'
import type { Seen } from '../estimate/components.ts'
import { addTraits, createTraitsPredictor, type TraitsParameters } from '../estimate/traits.ts'
import { logit } from '../math/logistic.ts'
import { toRowTable } from '../math/row-table.ts'
import { measureTraits, type Answered } from './measure-traits.ts'

/** Four queries of two types, the type certain, in a plane; the model is right on the first type only. */
const ANSWERED: Answered = {
  tags: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1),
  types: 2,
  embeddings: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1),
  rank: 2,
  targets: [[1, 1, 0, 0]],
}
const ALL = [0, 1, 2, 3]

describe('measureTraits', () => {
  it('shrinks means towards the prior, and types towards the mean', () => {
    const { means, byType } = measureTraits(ANSWERED, { queries: ALL, prior: 0.75, message: 'ability' })
    // (2 + 10 * 0.75) / 14
    const mean = 9.5 / 14
    expect(means[0]).toBeCloseTo(mean, 6)
    // (2 + 10 mean) / 12 and (0 + 10 mean) / 12
    expect(byType[0]).toBeCloseTo((2 + 10 * mean) / 12, 6)
    expect(byType[1]).toBeCloseTo((10 * mean) / 12, 6)
  })

  it('tells the ability in every direction, or the directions in which the model is better', () => {
    const ability = measureTraits(ANSWERED, { queries: ALL, prior: 0.5, message: 'ability' }).messages
    expect([...ability]).toEqual([0, 0])
    // Mean 0.5: two surprises of 0.5 along the first axis, two of -0.5 along the second, over 4 + 200.
    const { messages } = measureTraits(ANSWERED, { queries: ALL, prior: 0.5, message: 'edges' })
    expect(messages[0]).toBeCloseTo(1 / 204, 8)
    expect(messages[1]).toBeCloseTo(-1 / 204, 8)
  })
})

function shape(models: readonly string[]): Parameters<typeof createTraitsPredictor>[1] {
  return { models, view: { rank: 2 } }
}

describe('traits', () => {
  const parameters: TraitsParameters = {
    // A tagger without words: both types are equally likely.
    tags: { tagger: toRowTable([0, 0], 2), bias: Float32Array.of(0, 0) },
    traits: {
      means: Float32Array.of(0.5),
      byType: Float32Array.of(0.5, 0.75),
      messages: Float32Array.of(0, 2),
    },
    weights: Float32Array.of(1, 3, 0.5, -0.5, 7, 0.25),
    bias: 0.125,
  }
  const seen = {
    words: { indices: new Uint32Array(), values: new Float32Array() },
    embedding: Float32Array.of(0, 1),
  } as unknown as Seen
  it('weighs type, mean and direction', () => {
    // 0.125 + logit(0.625) + 3 * 0 + 1 * (-0.5 + 0.25 * 2)
    const read = createTraitsPredictor(parameters, shape(['a'])).read(seen)
    expect(read[0]?.[0]).toBeCloseTo(0.125 + logit(0.625), 6)
  })

  it('takes a further model without touching the others', () => {
    const added = addTraits(parameters, {
      means: Float32Array.of(0.75),
      byType: Float32Array.of(0.5, 0.5),
      messages: Float32Array.of(1, 1),
    })
    const [a, b] = createTraitsPredictor(added, shape(['a', 'b'])).read(seen)
    expect(a).toEqual(createTraitsPredictor(parameters, shape(['a'])).read(seen)[0])
    // 0.125 + logit(0.5) + 3 logit(0.75) + (-0.5 + 0.25)
    expect(b?.[0]).toBeCloseTo(0.125 + 3 * Math.log(3) - 0.25, 5)
    expect(() => createTraitsPredictor(added, shape(['a']))).toThrow('predictor.traits')
  })
})
