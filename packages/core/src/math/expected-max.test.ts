import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DRAWS, drawNormals, expectedMax, expectedMaxOfTwo } from './expected-max.ts'
import { createRng, type Rng } from './rng.ts'
import { createSobolNormals, SOBOL_DIMENSIONS } from './sobol.ts'

describe('expectedMax', () => {
  it('of one number is its mean', () => {
    expect(expectedMax({ means: [0.3], covariance: [0.2] })).toBe(0.3)
  })

  it('of two by hand', () => {
    // Two independent standard normals: 1 / sqrt(pi) = 0.56419.
    expect(expectedMax({ means: [0, 0], covariance: [1, 0, 0, 1] })).toBeCloseTo(0.5641896, 6)
    // Difference of deviation 0.5, means 0.8 and 0.6, a = 0.4: 0.8 * 0.655422 + 0.6 * 0.344578 + 0.5 * 0.368270.
    expect(expectedMaxOfTwo(0.8, 0.6, 0.25)).toBeCloseTo(0.915219, 5)
    // Without doubt about the difference the larger one.
    expect(expectedMax({ means: [0.2, 0.7], covariance: [1, 1, 1, 1] })).toBe(0.7)
  })

  it('of two by draws is within 0.01 of the closed form', () => {
    fc.assert(
      fc.property(
        fc.tuple(unit(), unit(), deviation(), deviation(), fc.double({ min: -0.99, max: 0.99, noNaN: true })),
        ([a, b, s, t, r]) => {
          const draws = drawNormals({ means: [a, b], covariance: [s * s, r * s * t, r * s * t, t * t] })
          let sum = 0
          for (let k = 0; k < DRAWS; k++) sum += Math.max(draws[k]!, draws[DRAWS + k]!)
          const exact = expectedMaxOfTwo(a, b, s * s + t * t - 2 * r * s * t)
          expect(Math.abs(sum / DRAWS - exact)).toBeLessThan(0.01)
        },
      ),
      { numRuns: 300, endOnFailure: true },
    )
  })

  it.each([3, 5, 8, 11])('of %i is within 0.01 of a million random draws', (n) => {
    const rng = createRng(n)
    const covariance = randomCovariance(rng, n)
    const means = Array.from({ length: n }, () => 0.5 + 0.4 * rng.next())
    expect(Math.abs(expectedMax({ means, covariance }) - estimate(rng, means, covariance))).toBeLessThan(0.01)
  })

  it('lies at or above the largest mean, and grows with the set', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const rng = createRng(seed)
        const covariance = randomCovariance(rng, 4)
        const means = Array.from({ length: 4 }, () => rng.next())
        const whole = expectedMax({ means, covariance })
        const part = expectedMax({
          means: means.slice(0, 3),
          covariance: [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => covariance[i * 4 + j] ?? 0)),
        })
        expect(whole).toBeGreaterThanOrEqual(Math.max(...means) - 1e-9)
        expect(whole).toBeGreaterThanOrEqual(part - 1e-9)
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })

  it('takes a covariance without full rank', () => {
    const ones = Array.from({ length: 9 }, () => 0.04)
    expect(expectedMax({ means: [0.5, 0.6, 0.7], covariance: ones })).toBeCloseTo(0.7, 5)
  })

  it('refuses more numbers than there are dimensions', () => {
    const n = SOBOL_DIMENSIONS + 1
    const of = {
      means: Array.from({ length: n }, () => 0),
      covariance: Array.from({ length: n * n }, () => 0),
    }
    expect(() => expectedMax(of)).toThrow(RangeError)
  })
})

describe('createSobolNormals', () => {
  it('has mean 0 and variance 1 in every dimension, and no two dimensions go together', () => {
    const count = 256
    const z = createSobolNormals(SOBOL_DIMENSIONS, 8)
    for (let i = 0; i < SOBOL_DIMENSIONS; i++) {
      for (let j = 0; j <= i; j++) {
        let product = 0
        for (let k = 0; k < count; k++) product += (z[i * count + k]! * z[j * count + k]!) / count
        if (i === j) expect(product).toBeCloseTo(1, 10)
        else expect(Math.abs(product)).toBeLessThan(0.12)
      }
      const sum = z.subarray(i * count, (i + 1) * count).reduce((total, one) => total + one, 0)
      expect(Math.abs(sum)).toBeLessThan(1e-9)
    }
  })

  it('puts one point into every cell of the first two dimensions', () => {
    // A (0, 4, 2)-net: of 16 points each of the 4 x 4 cells holds one; cells end at the quartiles of the normal.
    const z = createSobolNormals(2, 4)
    const cells = new Set(Array.from({ length: 16 }, (_, k) => 4 * cell(z[k]!) + cell(z[16 + k]!)))
    expect(cells.size).toBe(16)
  })
})

const cell = (value: number): number => [-0.7, 0, 0.7].filter((cut) => value > cut).length

function unit(): fc.Arbitrary<number> {
  return fc.double({ min: 0, max: 1, noNaN: true })
}

function deviation(): fc.Arbitrary<number> {
  return fc.double({ min: 0.01, max: 0.5, noNaN: true })
}

function gaussian(rng: Rng): number {
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next())
}

/** Deviations from 0.05 to 0.35 and random correlations. */
function randomCovariance(rng: Rng, n: number): number[] {
  const rows = Array.from({ length: n }, () => Array.from({ length: n }, () => gaussian(rng)))
  const lengths = rows.map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)))
  const deviations = rows.map(() => 0.05 + 0.3 * rng.next())
  return rows.flatMap((a, i) =>
    rows.map((b, j) => {
      const product = a.reduce((sum, x, k) => sum + x * b[k]!, 0)
      return (product / (lengths[i]! * lengths[j]!)) * deviations[i]! * deviations[j]!
    }),
  )
}

/** By a million random draws: standard error below 0.0004. */
function estimate(rng: Rng, means: readonly number[], covariance: readonly number[]): number {
  const n = means.length
  const factor = cholesky(covariance, n)
  const z = new Float64Array(n)
  let sum = 0
  for (let draw = 0; draw < 1e6; draw++) {
    for (let i = 0; i < n; i++) z[i] = gaussian(rng)
    let highest = Number.NEGATIVE_INFINITY
    for (let i = 0; i < n; i++) {
      let x = means[i]!
      for (let j = 0; j <= i; j++) x += factor[i]![j]! * z[j]!
      if (x > highest) highest = x
    }
    sum += highest
  }
  return sum / 1e6
}

function cholesky(a: readonly number[], n: number): number[][] {
  const l = Array.from({ length: n }, () => Array.from({ length: n }, () => 0))
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!
      l[i]![j] = i === j ? Math.sqrt(Math.max(0, sum) + 1e-15) : sum / l[j]![j]!
    }
  }
  return l
}
