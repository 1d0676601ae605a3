import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectedMax } from '../math/expected-max.ts'
import { weighSupermodels, type Belief, type SupermodelInput } from './supermodels.ts'

const ZERO = (n: number): Float64Array => new Float64Array(n * n)
const belief = (quality: number, costUsd: number, hasRun = false): Belief => ({ quality, costUsd, hasRun })

describe('weighSupermodels', () => {
  it('weighs by hand', () => {
    // Independent errors of variance 0.02 each: the difference has deviation 0.2, and at equal means E[max] = 0.7 + 0.2 * 0.39894.
    const input: SupermodelInput = {
      beliefs: [belief(0.7, 1), belief(0.7, 2)],
      covariance: [0.02, 0, 0, 0.02],
      weight: 0.01,
      maxDepth: 2,
    }
    const { stop, best } = weighSupermodels(input)
    expect(stop).toBeUndefined()
    expect(best?.next).toBe(0)
    expect(best?.value).toBeCloseTo(0.7 + 0.2 * 0.398942 - 0.01 * 3, 5)
    expect(best?.costUsd).toBe(3)
    // Once the first has run its own cost is spent.
    const after = weighSupermodels({ ...input, beliefs: [belief(0.7, 0, true), belief(0.7, 2)] })
    expect(after.stop).toBe(0.7)
    expect(after.best?.value).toBeCloseTo(0.7 + 0.2 * 0.398942 - 0.02, 5)
    // One model at most: no set of two.
    expect(weighSupermodels({ ...input, maxDepth: 1 }).best).toEqual({
      value: 0.7 - 0.01,
      next: 0,
      costUsd: 1,
    })
  })

  it('prefers the cheaper of equal values, and the dearer where asked', () => {
    const input: SupermodelInput = {
      beliefs: [belief(0.5, 2), belief(0.5, 1)],
      covariance: ZERO(2),
      weight: 0,
      maxDepth: 1,
    }
    expect(weighSupermodels(input).best?.next).toBe(1)
    expect(weighSupermodels({ ...input, prefersDearer: true }).best?.next).toBe(0)
  })

  it('never calls a model of unknown price, unless money does not matter', () => {
    const beliefs = [belief(0.5, 1), belief(0.9, Infinity)]
    const input = { beliefs, covariance: ZERO(2), maxDepth: 2 }
    expect(weighSupermodels({ ...input, weight: 0.1 }).best?.next).toBe(0)
    expect(weighSupermodels({ ...input, weight: 0 }).best?.value).toBe(0.9)
  })

  it('finds what trying every set finds', () => {
    fc.assert(
      fc.property(pools(), ({ beliefs, covariance, weight }) => {
        const n = beliefs.length
        const { best } = weighSupermodels({ beliefs, covariance, weight, maxDepth: n })
        const expected = bestByTrying({ beliefs, covariance, weight, maxDepth: n })
        if (expected === undefined) expect(best).toBeUndefined()
        // Two and more than two are worked out in two ways that differ by up to 0.002: pruning may stand between them.
        else expect(Math.abs((best?.value ?? Number.NaN) - expected)).toBeLessThan(0.004)
      }),
      { numRuns: 200, endOnFailure: true },
    )
  })

  it('adds models only in the order asked', () => {
    fc.assert(
      fc.property(pools(), ({ beliefs, covariance, weight }) => {
        const order = [...beliefs.keys()].reverse()
        const { best } = weighSupermodels({ beliefs, covariance, weight, maxDepth: beliefs.length, order })
        const first = order.find((i) => !(beliefs[i]?.hasRun ?? true))
        expect(best?.next).toBe(first)
      }),
      { numRuns: 100, endOnFailure: true },
    )
  })

  it('keeps a pool of twenty within the beam', () => {
    const beliefs = Array.from({ length: 20 }, (_, i) => belief(0.4 + i / 50, 1 + i))
    const { best } = weighSupermodels({ beliefs, covariance: ZERO(20), weight: 0, maxDepth: 20 })
    // Without errors the best set is the best model alone.
    expect(best).toEqual({ value: 0.4 + 19 / 50, next: 19, costUsd: 20 })
  })
})

const real = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true })

interface Pool {
  readonly beliefs: readonly Belief[]
  readonly covariance: readonly number[]
  readonly weight: number
}

/** Two to four models, the first ones run; errors F F' for a random F. */
function pools(): fc.Arbitrary<Pool> {
  return fc
    .record({
      qualities: fc.array(real(1), { minLength: 2, maxLength: 4 }),
      costs: fc.array(real(3), { minLength: 4, maxLength: 4 }),
      factors: fc.array(real(0.3), { minLength: 16, maxLength: 16 }),
      run: fc.nat(3),
      weight: real(0.3),
    })
    .map(({ qualities, costs, factors, run, weight }) => {
      const n = qualities.length
      return {
        beliefs: qualities.map((quality, i) => belief(quality, i < run ? 0 : (costs[i] ?? 0), i < run)),
        covariance: Array.from({ length: n * n }, (_, at) => {
          const [i, j] = [Math.floor(at / n), at % n]
          return [0, 1, 2, 3].reduce(
            (sum, k) => sum + (factors[i * 4 + k] ?? 0) * (factors[j * 4 + k] ?? 0),
            0,
          )
        }),
        weight,
      }
    })
}

function bestByTrying({ beliefs, covariance, weight }: SupermodelInput): number | undefined {
  const n = beliefs.length
  let best: number | undefined
  for (let set = 1; set < 2 ** n; set++) {
    const members = [...beliefs.keys()].filter((i) => ((set >> i) & 1) === 1)
    const added = members.filter((i) => !(beliefs[i]?.hasRun ?? true))
    const isSuperset = beliefs.every(({ hasRun }, i) => !hasRun || members.includes(i))
    if (!isSuperset || added.length === 0) continue
    const gained = expectedMax({
      means: members.map((i) => beliefs[i]?.quality ?? 0),
      covariance: members.flatMap((i) => members.map((j) => covariance[i * n + j] ?? 0)),
    })
    const value = gained - weight * added.reduce((sum, i) => sum + (beliefs[i]?.costUsd ?? 0), 0)
    if (best === undefined || value > best) best = value
  }
  return best
}
