import { describe, expect, it } from 'vitest'
import { toRowTable } from '../math/row-table.ts'
import type { Seen } from './components.ts'
import { createSwPredictor, weighBattles } from './sw.ts'

describe('weighBattles', () => {
  it('gives 10 to 100 between no and the most similar', () => {
    // Most similar 0.8: 10 * 10^(0.8/0.8), 10 * 10^(0.4/0.8), 10 * 10^0.
    const weights = weighBattles([0.8, 0.4, 0])
    ;[100, 31.6228, 10].forEach((weight, i) => expect(weights[i]).toBeCloseTo(weight, 4))
  })

  it('weighs all alike when nothing is similar', () => expect([...weighBattles([-0.5, 0])]).toEqual([10, 10]))
})

function seen(x: number, y: number): Seen {
  return { embedding: Float32Array.of(x, y) } as Seen
}

describe('sw', () => {
  const shape = { models: ['small', 'large'] } as never
  const embeddings = toRowTable([1, 0, 0, 1], 2)

  it('is a hand-worked rating', () => {
    // At (1, 0): small's win weighs 100, the tie 10. With half a battle each: small 100 + 5 + 0.5, large 5 + 0.5.
    const parameters = { embeddings, qualities: Float32Array.of(1, 0, 1, 1), tiers: [1, 0] }
    const [[small = 0] = [], [large = 0] = []] = createSwPredictor(parameters, shape).read(seen(1, 0))
    expect(small - large).toBeCloseTo(Math.log(105.5 / 5.5), 4)
  })

  it('rates models of one tier alike', () => {
    const parameters = { embeddings, qualities: Float32Array.of(1, 0, 0, 0, 1, 1), tiers: [0, 1, 1] }
    const read = createSwPredictor(parameters, { models: ['a', 'b', 'c'] } as never).read(seen(0.6, 0.8))
    expect(read[1]).toEqual(read[2])
    expect(read[0]).not.toEqual(read[1])
  })
})
