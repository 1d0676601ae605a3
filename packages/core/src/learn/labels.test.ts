import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTransLabels, detLabel, makeLabels, probLabel, transLabel, type ScorePair } from './labels.ts'

/** Hundredths in [-1, 1]: many ties, as recorded scores have. */
const scores = fc.array(
  fc.integer({ min: -100, max: 100 }).map((n) => n / 100),
  { minLength: 1, maxLength: 6 },
)
const scorePair: fc.Arbitrary<ScorePair> = fc.record({ smallScores: scores, largeScores: scores })
const relaxation = fc.integer({ min: 0, max: 250 }).map((n) => n / 100)

describe('labels, worked by hand', () => {
  const pair = { smallScores: [-2, -1], largeScores: [-1.5, -0.5] }

  it('prob is the share of all pairs of samples: 1 of 4', () => {
    // -2 against -1.5 and -0.5 loses twice; -1 beats -1.5, loses to -0.5
    expect(probLabel(pair)).toBe(0.25)
  })

  it('trans relaxes the comparison: 3 of 4 at t = 0.5', () => {
    // differences large - small: 0.5, 1.5, -0.5, 0.5; three are at most 0.5
    expect(transLabel(pair, 0.5)).toBe(0.75)
  })

  it('det compares the first samples alone', () => {
    expect(detLabel(pair)).toBe(0)
    expect(detLabel({ smallScores: [-1, -2], largeScores: [-1.5, 3] })).toBe(1)
  })

  it('a tie belongs to the small model, also one that binary fractions miss', () => {
    const tie = { smallScores: [0.7], largeScores: [0.7] }
    expect([detLabel(tie), probLabel(tie)]).toEqual([1, 1])
    expect(0.8 - 0.1).toBeGreaterThan(0.7) // why the next line needs care
    expect(transLabel({ smallScores: [0.7], largeScores: [0.8] }, 0.1)).toBe(1)
    expect(transLabel({ smallScores: [0.7], largeScores: [0.81] }, 0.1)).toBe(0)
  })

  it('makes one label per pair, by the method named', () => {
    const pairs = [pair, { smallScores: [1], largeScores: [0] }]
    expect([...makeLabels(pairs, 'det', 9)]).toEqual([0, 1])
    expect([...makeLabels(pairs, 'prob', 9)]).toEqual([0.25, 1])
    expect([...makeLabels(pairs, 'trans', 0.5)]).toEqual([0.75, 1])
  })
})

describe('labels, properties', () => {
  it('trans at 0 is prob', () => {
    fc.assert(
      fc.property(scorePair, (pair) => {
        expect(transLabel(pair, 0)).toBe(probLabel(pair))
      }),
    )
  })

  it('trans never falls as t rises', () => {
    fc.assert(
      fc.property(scorePair, relaxation, relaxation, (pair, a, b) => {
        expect(transLabel(pair, Math.max(a, b))).toBeGreaterThanOrEqual(transLabel(pair, Math.min(a, b)))
      }),
    )
  })

  it('the labels of all pairs at once are those of each', () => {
    fc.assert(
      fc.property(fc.array(scorePair, { maxLength: 8 }), relaxation, (pairs, t) => {
        expect(createTransLabels(pairs)(t)).toEqual(Float64Array.from(pairs, (pair) => transLabel(pair, t)))
      }),
    )
  })

  it('trans is 1 once t reaches max(large) - min(small), and below 1 before', () => {
    fc.assert(
      fc.property(scorePair, (pair) => {
        const enough = Math.max(...pair.largeScores) - Math.min(...pair.smallScores)
        expect(transLabel(pair, Math.max(0, enough))).toBe(1)
        if (enough > 0.005) expect(transLabel(pair, enough - 0.005)).toBeLessThan(1)
      }),
    )
  })

  it('prob equals counting every pair in whole hundredths', () => {
    fc.assert(
      fc.property(scorePair, ({ smallScores, largeScores }) => {
        const wins = smallScores.flatMap((s) =>
          largeScores.filter((l) => Math.round(s * 100) >= Math.round(l * 100)),
        ).length
        const share = wins / (smallScores.length * largeScores.length)
        expect(probLabel({ smallScores, largeScores })).toBe(share)
      }),
    )
  })

  it('the order of samples does not matter to prob and trans', () => {
    fc.assert(
      fc.property(scorePair, relaxation, ({ smallScores, largeScores }, t) => {
        const turned = { smallScores: smallScores.toReversed(), largeScores: largeScores.toReversed() }
        expect(transLabel(turned, t)).toBe(transLabel({ smallScores, largeScores }, t))
      }),
    )
  })

  it('with one sample per model the three agree at t = 0', () => {
    fc.assert(
      fc.property(scorePair, ({ smallScores, largeScores }) => {
        const single = { smallScores: smallScores.slice(0, 1), largeScores: largeScores.slice(0, 1) }
        expect(probLabel(single)).toBe(detLabel(single))
        expect(transLabel(single, 0)).toBe(detLabel(single))
      }),
    )
  })
})
