import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bettingPValue } from './betting.ts'
import { hoeffdingBentkusPValue } from './hoeffding-bentkus.ts'
import { createRng, type Rng } from './rng.ts'

/** Values of a routed query minus 0.95 times the large model's: a loss, a win, both right, both wrong. */
const VALUES = [-0.95, 1, 0.05, 0]

/** `shares`: of the first three values; the fourth takes the rest. */
function draw(rng: Rng, n: number, shares: readonly number[]): Float64Array {
  return Float64Array.from({ length: n }, () => {
    let left = rng.next()
    let at = 0
    while (at < 3 && left >= (shares[at] ?? 0)) left -= shares[at++] ?? 0
    return VALUES[at] ?? 0
  })
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

interface Rates {
  readonly betting: number
  readonly hoeffdingBentkus: number
  readonly gaussian: number
}

/** Share of `runs` in which each test rejects at 0.05. */
function rejections(n: number, shares: readonly number[], runs: number): Rates {
  const rng = createRng(7)
  let [betting, hoeffdingBentkus, gaussian] = [0, 0, 0]
  for (let run = 0; run < runs; run++) {
    const values = draw(rng, n, shares)
    const average = mean(values)
    const deviation = Math.sqrt(mean(values.map((value) => (value - average) ** 2)))
    if (bettingPValue(values, { delta: 0.05, least: 0.95, firstSquare: 0.2 }) <= 0.05) betting += 1
    if (hoeffdingBentkusPValue((1 - average) / 1.95, 1 / 1.95, n) <= 0.05) hoeffdingBentkus += 1
    if ((average / deviation) * Math.sqrt(n) > 1.6449) gaussian += 1
  }
  return {
    betting: betting / runs,
    hoeffdingBentkus: hoeffdingBentkus / runs,
    gaussian: gaussian / runs,
  }
}

describe('betting test', () => {
  // Mean 0: -0.95 a + b + 0.05 c = 0 with c = 0.7 - a.
  const nulls: readonly (readonly [number, readonly number[]])[] = [
    [400, [0.1, 0.065, 0.6]],
    [400, [0.05, 0.015, 0.65]],
    [400, [0.035, 0, 0.665]],
    [1500, [0.14, 0.105, 0.56]],
  ]
  it.each(nulls)('of %d values with mean 0, shares %j, rejects at most 5%%', (n, shares) => {
    const [a = 0, b = 0, c = 0] = shares
    expect(-0.95 * a + b + 0.05 * c).toBeCloseTo(0, 12)
    const runs = 2000
    const { betting, hoeffdingBentkus } = rejections(n, shares, runs)
    const noise = 2.6 * Math.sqrt((0.05 * 0.95) / runs)
    expect(betting).toBeLessThan(0.05 + noise)
    expect(hoeffdingBentkus).toBeLessThan(0.05 + noise)
    expect(hoeffdingBentkus).toBeLessThan(betting)
  })

  it('finds nearly what the Gaussian test finds, much more than Hoeffding-Bentkus', () => {
    const { betting, hoeffdingBentkus, gaussian } = rejections(1500, [0.11, 0.1, 0.6], 600)
    expect(gaussian).toBeGreaterThan(0.6)
    expect(betting).toBeGreaterThan(gaussian - 0.06)
    expect(hoeffdingBentkus).toBeLessThan(betting / 2)
  })

  it('gives the p-value of its richest moment, worked by hand', () => {
    // One value of 1, the last round from the start: share 0.05, bet sqrt(2 log 20) / sqrt(1) = 2.4477, capped at 0.9;
    // wealth 1 + 0.9 = 1.9, p = 1 / 1.9.
    const options = { delta: 0.05, least: 1, firstSquare: 1 }
    expect(bettingPValue([1], options)).toBeCloseTo(1 / 1.9, 12)
    // A loss first: the richest moment was the start.
    expect(bettingPValue([-1], options)).toBe(1)
    expect(bettingPValue([], options)).toBe(1)
  })

  it('is a probability above 0, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.5, max: 1, noNaN: true }), { maxLength: 200 }), (values) => {
        const p = bettingPValue(values, { delta: 0.1, least: 0.5, firstSquare: 0.1 })
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThanOrEqual(1)
      }),
    )
  })
})
