/** The metrics of a pool on numbers worked out by hand. */
import { describe, expect, it } from 'vitest'
import { meanQualityOverCost } from './mean-quality-over-cost.ts'
import { meanUtility, meanUtilityOfBest, sweepPoints } from './mean-utility.ts'
import { createPointReader } from './plane-points.ts'
import { choiceEntropyBits, oracleMixture, relativeQuality } from './router-eval.ts'

const at = (...points: readonly (readonly [cost: number, quality: number])[]) => ({
  cost: Float64Array.from(points, ([cost]) => cost),
  quality: Float64Array.from(points, ([, quality]) => quality),
})

describe('meanQualityOverCost', () => {
  // From 3 down: flat at .9 to 2.5 (.45), the mean of .9 and .7 over .5 (.4), the mean of .7 and .5 over 1 (.6): 1.45 over a range of 2.
  it('is flat above the dearest point and goes straight to the cheapest model', () => {
    const range = { from: 1, to: 3 }
    expect(meanQualityOverCost(at([2.5, 0.9], [2, 0.7]), range, 0.5).value).toBeCloseTo(0.725, 12)
  })

  // Of the stretch from (4, 1) to (2, .6) only 3 to 2 counts: heights .8 and .6, .7; then .6 to .4 over 1: .5. 1.2 over 2.
  it('leaves out what lies beyond the range', () => {
    const range = { from: 1, to: 3 }
    expect(meanQualityOverCost(at([4, 1], [2, 0.6], [1, 0.4]), range, 0.4).value).toBeCloseTo(0.6, 12)
  })

  // 2 -> 1 at .5, back to 1.5 at .5 and forth to 1 at .9: -.25 for the way back and the mean of .5 and .9 over .5, .35. In all .5 - .25 + .35.
  it('counts a way back with its sign', () => {
    const points = at([2, 0.5], [1, 0.5], [1.5, 0.5], [1, 0.9])
    expect(meanQualityOverCost(points, { from: 1, to: 2 }, 0.9).value).toBeCloseTo(0.6, 12)
  })

  it('is undefined without a range', () => {
    expect(meanQualityOverCost(at([1, 0.5]), { from: 1, to: 1 }, 0.5).value).toBeUndefined()
  })
})

describe('meanUtility', () => {
  const costWeights = [0, 0.1, 0.5, 10]
  it('sweeps the weights at which a call of the dearest model must bring 0.001 to 1', () => {
    expect(sweepPoints(costWeights, 2)).toEqual([1, 2])
    expect(sweepPoints([0.0005, 0.0004], 2)).toEqual([0])
  })

  // (.8 - .1 * 1) and (.6 - .5 * .2): .7 and .5, mean .6.
  it('takes each point at its own weight', () => {
    const points = at([2, 0.9], [1, 0.8], [0.2, 0.6], [0, 0.1])
    expect(meanUtility(points, { costWeights, points: [1, 2] })).toBeCloseTo(0.6, 12)
  })

  // At .1: .9 - .2 = .7 against .5 - 0; at .5: .9 - 1 = -.1 against .5. Mean of .7 and .5.
  it('of the best of systems that stay as they are', () => {
    expect(meanUtilityOfBest(at([0, 0.5], [2, 0.9]), { costWeights, points: [1, 2] })).toBeCloseTo(0.6, 12)
  })
})

describe('createPointReader', () => {
  // Two models: row 0 has qualities 0, 1 and costs 1, 4; row 1 has 1, 0 and 2, 6. First point: both dear; then row 1 turns cheap; then row 0.
  const read = createPointReader({
    chosen: [Uint8Array.of(1, 1), Uint8Array.of(1, 0), Uint8Array.of(0, 0)],
    qualities: [0, 1, 1, 0],
    costs: [1, 4, 2, 6],
    models: 2,
  })
  it('gives means at every point', () => {
    const { cost, quality } = read(Uint16Array.of(1, 1))
    expect([...cost]).toEqual([5, 3, 1.5])
    expect([...quality]).toEqual([0.5, 1, 0.5])
  })
  // Row 0 three times, row 1 once: costs (12 + 6) / 4, (12 + 2) / 4, (3 + 2) / 4.
  it('counts rows as often as they were drawn', () => {
    const { cost, quality } = read(Uint16Array.of(3, 1))
    expect([...cost]).toEqual([4.5, 3.5, 1.25])
    expect([...quality]).toEqual([0.75, 1, 0.25])
  })
})

describe('the metrics of RouterEval', () => {
  it('are ratios of mean scores', () => {
    expect(relativeQuality(0.6, 0.8).value).toBeCloseTo(0.75, 12)
    expect(relativeQuality(0.6, 0).value).toBeUndefined()
  })

  // Even scores: 1 bit. Log-odds ln 3 and 0: shares .75 and .25, 2 - .75 log2 3 = .811278. Mean of the two.
  it('count doubt in bits', () => {
    expect(choiceEntropyBits([5, 5, Math.log(3), 0], 2)).toBeCloseTo((1 + 0.8112781244591328) / 2, 12)
    expect(choiceEntropyBits([1000, 0, 0], 3)).toBeCloseTo(0, 12)
  })

  // Best of each row: 1 and .5, mean .75; mean of all: .5. Half and half .625.
  it('mix an oracle with drawing lots', () => {
    const qualities = [1, 0.5, 0.5, 0]
    expect(oracleMixture(qualities, 2, 1)).toBeCloseTo(0.75, 12)
    expect(oracleMixture(qualities, 2, 0)).toBeCloseTo(0.5, 12)
    expect(oracleMixture(qualities, 2, 0.5)).toBeCloseTo(0.625, 12)
    expect(() => oracleMixture(qualities, 2, 1.5)).toThrow(RangeError)
  })
})
