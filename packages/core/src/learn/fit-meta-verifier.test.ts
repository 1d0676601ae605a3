import { describe, expect, it } from 'vitest'
import { binOf } from '../decide/meta-verifier.ts'
import { benefitLift } from '../math/benefit-lift.ts'
import { createRng, shuffle, type Rng } from '../math/rng.ts'
import { classifyAnswers, pomdpTables } from './answer-classes.ts'
import {
  fitMetaVerifier,
  type FittedMetaVerifier,
  type MetaVerifierKind,
  type VerifiedRow,
} from './fit-meta-verifier.ts'

const COSTS = { smallCostUsd: 1, largeCostUsd: 50, checkCostUsd: 1 }

/** `n` rows at one value, of which a share is needy and a share hopeless. */
function block(value: number, n: number, [needy, hopeless]: readonly [number, number]): VerifiedRow[] {
  return Array.from({ length: n }, (_, i) => {
    const isHopeless = i < hopeless * n
    const isNeedy = !isHopeless && i < (hopeless + needy) * n
    return {
      value,
      smallQuality: isHopeless || isNeedy ? 0 : 1,
      largeQuality: isHopeless ? 0 : 1,
      ...COSTS,
    }
  })
}

/** Where the verifier is surest that the answer is wrong, nobody can answer. */
const HOPELESS_LOW = [
  ...block(0.1, 20, [0.05, 0.9]),
  ...block(0.2, 20, [0.1, 0.8]),
  ...block(0.4, 20, [0.8, 0.1]),
  ...block(0.6, 20, [0.7, 0.1]),
  ...block(0.8, 20, [0.1, 0]),
  ...block(0.9, 20, [0, 0]),
]

function fit(rows: readonly VerifiedRow[], kind: MetaVerifierKind | 'best' = 'best'): FittedMetaVerifier {
  const fitted = fitMetaVerifier(rows, { signal: 'selfCheck', kind, bins: 9 })
  if (fitted === undefined) throw new Error('the large model is better here')
  return fitted
}

describe('fitMetaVerifier', () => {
  it('a band escalates only in the middle when the hopeless are low; a threshold cannot', () => {
    const band = fit(HOPELESS_LOW, 'band')
    expect(band.edges).toEqual([0.2, 0.4, 0.6, 0.8, 0.9])
    expect(band.escalates.slice(0, 2)).toEqual([false, false])
    expect(band.escalates[2]).toBe(true)
    expect(band.escalates.slice(4)).toEqual([false, false])
    const threshold = fit(HOPELESS_LOW, 'threshold')
    expect(threshold.escalates[0]).toBe(true)
    expect(band.lift).toBeGreaterThan(threshold.lift + 0.3)
  })

  it('the payoff rule finds the same middle', () => {
    const { escalates } = fit(HOPELESS_LOW, 'pomdp')
    expect([escalates[0], escalates[2], escalates[5]]).toEqual([false, true, false])
  })

  it('the lift is that of the table on the rows', () => {
    const rows = [...block(0.1, 10, [1, 0]), ...block(0.9, 10, [0, 0])]
    const { lift, escalated, escalates } = fit(rows, 'threshold')
    // small .5 for 1, large 1 for 50: s0 = .5 / 49. All needy escalated: 1 for 1 + 1 + 25: s = .5 / 26. Lift 49 / 26 - 1.
    expect([escalated, escalates]).toEqual([0.5, [true, false]])
    expect(lift).toBeCloseTo(49 / 26 - 1, 12)
  })

  it('best takes the kind that does best on rows it has not seen, and the simplest of equals', () => {
    const order = shuffle(createRng(1), HOPELESS_LOW)
    const best = fit(order)
    expect(best.kind).not.toBe('threshold')
    expect(best).toEqual(fit(order, best.kind))
    const simple = shuffle(createRng(1), [...block(0.1, 10, [1, 0]), ...block(0.9, 10, [0, 0])])
    expect(fit(simple).kind).toBe('threshold')
  })

  it('has nothing to fit when the large model is not better', () => {
    expect(fitMetaVerifier(block(0.5, 10, [0, 0]), { signal: 'selfCheck' })).toBeUndefined()
  })
})

describe('answer classes', () => {
  it('needy, good, hopeless: every row one of them', () => {
    const rows = [
      [0, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ].map(([smallQuality = 0, largeQuality = 0]) => ({ smallQuality, largeQuality }))
    expect(classifyAnswers([rows])).toEqual([{ needy: 0.25, good: 0.5, hopeless: 0.25 }])
    expect(classifyAnswers([rows.slice(0, 1), [], rows.slice(3), rows.slice(1, 2)])[2]?.hopeless).toBe(1)
  })

  it('a model that is nearly always right has right answers that are good', () => {
    const right = Array.from({ length: 30 }, () => ({ smallQuality: 1, largeQuality: 1 }))
    const [only] = classifyAnswers([[...right, { smallQuality: 0, largeQuality: 1 }]])
    expect(only?.hopeless).toBe(0)
    expect(only?.needy).toBeCloseTo(1 / 31, 12)
  })

  it('payoffs worked by hand', () => {
    // Escalating wins when r P(needy) + P(hopeless) > 100: for P(needy) = .5 from r = 201 on, for .1 from 1001 on, never for 0.
    const shares = [0.5, 0.1, 0].map((needy) => ({ needy, good: 1 - needy, hopeless: 0 }))
    expect(pomdpTables(shares)).toEqual([
      [false, false, false],
      [true, false, false],
      [true, true, false],
    ])
  })
})

/**
 * A verifier of known error rate: eight votes, each wrong with chance `error`. Answers to hopeless queries are plainly bad (votes for them are
 * wrong half as often), so that low values are mostly those that nobody can answer.
 */
function simulate(rng: Rng, n: number, error: number): readonly VerifiedRow[] {
  return Array.from({ length: n }, () => {
    const draw = rng.next()
    const isHopeless = draw < 0.25
    const isNeedy = !isHopeless && draw < 0.5
    const yes = isHopeless ? error / 2 : isNeedy ? 0.5 : 1 - error
    const votes = Array.from({ length: 8 }, () => (rng.next() < yes ? 1 : 0) as number)
    return {
      value: votes.reduce((a, b) => a + b, 0) / 8,
      smallQuality: isHopeless || isNeedy ? 0 : 1,
      largeQuality: isHopeless ? 0 : 1,
      ...COSTS,
    }
  })
}

function isUp({ edges, escalates }: FittedMetaVerifier, value: number): boolean {
  return escalates[binOf(edges, value)] ?? false
}

function liftOf(fitted: FittedMetaVerifier, rows: readonly VerifiedRow[]): number {
  const mean = (read: (row: VerifiedRow) => number): number =>
    rows.reduce((sum, row) => sum + read(row), 0) / rows.length
  const lift = benefitLift(
    {
      quality: mean((row) => (isUp(fitted, row.value) ? row.largeQuality : row.smallQuality)),
      costUsd: mean((row) => 2 + (isUp(fitted, row.value) ? 50 : 0)),
    },
    {
      small: { quality: mean((row) => row.smallQuality), costUsd: 1 },
      large: { quality: mean((row) => row.largeQuality), costUsd: 50 },
    },
  )
  return lift ?? Number.NaN
}

function shareUp(fitted: FittedMetaVerifier, of: readonly VerifiedRow[]): number {
  return of.filter(({ value }) => isUp(fitted, value)).length / of.length
}

describe('a verifier of known error rate', () => {
  it.each([0.05, 0.1, 0.2])(
    'error %d: beats a raw threshold, and leaves alone what nobody can answer',
    (error) => {
      const fresh = simulate(createRng(1000), 4000, error)
      for (let seed = 0; seed < 5; seed++) {
        const rows = simulate(createRng(seed), 1000, error)
        const [fitted, threshold] = [fit(rows), fit(rows, 'threshold')]
        expect(liftOf(fitted, fresh)).toBeGreaterThan(liftOf(threshold, fresh) + 0.05)
        const hopeless = fresh.filter(({ largeQuality }) => largeQuality === 0)
        const needy = fresh.filter((row) => row.largeQuality > row.smallQuality)
        expect(shareUp(fitted, hopeless)).toBeLessThan(0.25)
        expect(shareUp(fitted, needy)).toBeGreaterThan(1.5 * shareUp(fitted, hopeless))
        expect(shareUp(threshold, hopeless)).toBeGreaterThan(0.9)
      }
    },
  )

  it('error one half: nothing to be gained, and it does not claim much', () => {
    const fresh = simulate(createRng(2000), 4000, 0.5)
    const noise = fresh.map((row, i) => ({ ...row, value: (i % 8) / 8 }))
    expect(Math.abs(liftOf(fit(noise.slice(0, 2000)), noise.slice(2000)))).toBeLessThan(0.25)
  })
})
