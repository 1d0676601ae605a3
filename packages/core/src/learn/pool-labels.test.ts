import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cheapestLabel, hardLabel, rewardLabels, softLabel } from './pool-labels.ts'

const qualities = fc.array(
  fc.integer({ min: 0, max: 20 }).map((value) => value / 20),
  { minLength: 2, maxLength: 9 },
)

describe('labels of a pool', () => {
  it('are shares of one', () => {
    fc.assert(
      fc.property(qualities, fc.double({ min: 0, max: 5, noNaN: true }), (of, temperature) => {
        for (const label of [hardLabel(of), softLabel(of, temperature), cheapestLabel(of, 0.5)]) {
          expect(label).toHaveLength(of.length)
          expect(label.every((share) => share >= 0)).toBe(true)
          expect(label.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
        }
      }),
    )
  })

  it('soft equal hard as the temperature goes to 0, and are equal shares as it grows', () => {
    fc.assert(
      fc.property(qualities, (of) => {
        const hard = hardLabel(of)
        expect(softLabel(of, 0)).toEqual(hard)
        softLabel(of, 1e-3).forEach((share, j) => expect(share).toBeCloseTo(hard[j]!, 12))
        softLabel(of, 1e9).forEach((share) => expect(share).toBeCloseTo(1 / of.length, 6))
      }),
    )
  })

  it('soft rise with the quality, worked by hand', () => {
    // exp(1 / .5), exp(.5 / .5), exp(0): 7.389, 2.718, 1 over 11.107
    const [a, b, c] = softLabel([1, 0.5, 0], 0.5)
    expect(a).toBeCloseTo(0.6652, 4)
    expect(b).toBeCloseTo(0.2447, 4)
    expect(c).toBeCloseTo(0.09, 4)
  })

  it('cheapest: the cheapest that is good enough, ties to the cheapest, none to the dearest', () => {
    expect([...cheapestLabel([0, 1, 1], 1)]).toEqual([0, 1, 0])
    expect([...cheapestLabel([1, 1, 0], 1)]).toEqual([1, 0, 0])
    expect([...cheapestLabel([0.4, 0.2, 0.3], 0.5)]).toEqual([0, 0, 1])
    expect([...cheapestLabel([0.1 + 0.2, 0, 0], 0.3)]).toEqual([1, 0, 0])
  })

  describe('of rewards', () => {
    // Four rows of two models, qualities 0 and 1 as often: mean 1/2, deviation 1/2, z = -1 and 1. Types 0, 0, 1, 1.
    const rows = { qualities: [1, 0, 1, 0, 0, 1, 1, 0], models: 2, typeOf: [0, 0, 1, 1] }

    it('are the softmax of the z scores where the own reward is all', () => {
      // exp(1) / (exp(1) + exp(-1)) = .8808
      const labels = rewardLabels({ ...rows, weight: 1 }, [0, 1, 2, 3])
      expect(labels[0]![0]).toBeCloseTo(0.8808, 4)
      expect(labels[2]![0]).toBeCloseTo(0.1192, 4)
    })

    it('are those of the task type where the own reward is nothing', () => {
      // Type 0: mean z (1, -1); type 1: (0, 0).
      const labels = rewardLabels({ ...rows, weight: 0 }, [0, 1, 2, 3])
      expect(labels.map((label) => Number(label[0]!.toFixed(4)))).toEqual([0.8808, 0.8808, 0.5, 0.5])
    })

    it('are equal shares where all is equal', () => {
      const labels = rewardLabels(
        { qualities: [1, 1, 1, 1], models: 2, typeOf: [-1, -1], weight: 0.5 },
        [0, 1],
      )
      expect(labels.map((label) => [...label])).toEqual([
        [0.5, 0.5],
        [0.5, 0.5],
      ])
    })
  })
})
