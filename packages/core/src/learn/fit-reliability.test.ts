import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { correct } from '../math/reliability.ts'
import { createRng } from '../math/rng.ts'
import { fitReliability } from './fit-reliability.ts'

describe('fitReliability', () => {
  it('follows a step that a sigmoid smooths over', () => {
    // Said: rising evenly from 0.3 to 0.9. True: 0.4 below 0.6, 0.8 above.
    const rng = createRng(3)
    const said = Array.from({ length: 4000 }, () => 0.3 + 0.6 * rng.next())
    const labels = said.map((p) => (rng.next() < (p < 0.6 ? 0.4 : 0.8) ? 1 : 0))
    const reliability = fitReliability(said, labels)
    for (const [p, truth] of [
      [0.35, 0.4],
      [0.5, 0.4],
      [0.7, 0.8],
      [0.85, 0.8],
    ] as const) {
      expect(Math.abs(correct(reliability, p) - truth)).toBeLessThan(0.06)
    }
  })

  it('never changes an order and stays in [0, 1]', () => {
    const chance = fc.double({ min: 0.001, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(chance, fc.boolean()), { minLength: 300, maxLength: 400 }), (rows) => {
        const said = rows.map(([p]) => p)
        const reliability = fitReliability(
          said,
          rows.map(([, isGood]) => Number(isGood)),
        )
        const sorted = [0, ...said.toSorted((a, b) => a - b), 1]
        const corrected = sorted.map((p) => correct(reliability, p))
        expect([corrected[0], corrected.at(-1)]).toEqual([0, 1])
        for (let i = 1; i < sorted.length; i++) {
          if (sorted[i]! - sorted[i - 1]! > 1e-6) expect(corrected[i]!).toBeGreaterThan(corrected[i - 1]!)
        }
      }),
      { numRuns: 30, endOnFailure: true },
    )
  })

  it('leaves probabilities alone when the rows are few', () => {
    const said = Array.from({ length: 200 }, (_, i) => (i + 1) / 202)
    const reliability = fitReliability(
      said,
      said.map(() => 1),
    )
    expect(said.map((p) => correct(reliability, p))).toEqual(said)
  })
})
