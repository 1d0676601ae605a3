import { assert, constantFrom, double, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bradleyTerryLoss,
  groundedLoss,
  raoKupperLoss,
  type PreferenceLoss,
  type Verdict,
} from './preference-losses.ts'

const VERDICTS: readonly Verdict[] = ['first', 'second', 'tie', 'bothBad']
const LOSSES: readonly (readonly [string, PreferenceLoss])[] = [
  ['Bradley-Terry', bradleyTerryLoss],
  ['Rao-Kupper', raoKupperLoss],
  ['grounded', groundedLoss],
]

describe.each(LOSSES)('%s', (_, lossOf) => {
  it('has the gradient of its loss', () => {
    const strength = double({ min: -3, max: 3, noNaN: true })
    const width = double({ min: 0.1, max: 2, noNaN: true })
    assert(
      property(strength, strength, width, constantFrom(...VERDICTS), (first, second, eta, verdict) => {
        const battle = { first, second, eta }
        const slope = lossOf(battle, verdict)
        for (const name of ['first', 'second', 'eta'] as const) {
          const moved = (by: number): number => lossOf({ ...battle, [name]: battle[name] + by }, verdict).loss
          expect(slope[name]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 5)
        }
      }),
    )
  })

  it('is the same seen from the other side', () => {
    const one = lossOf({ first: 1, second: -0.5, eta: 0.4 }, 'first')
    const other = lossOf({ first: -0.5, second: 1, eta: 0.4 }, 'second')
    expect(other.loss).toBeCloseTo(one.loss, 12)
    expect(other.second).toBeCloseTo(one.first, 12)
  })
})

function chance(lossOf: PreferenceLoss, verdict: Verdict, eta: number): number {
  return Math.exp(-lossOf({ first: Math.log(2), second: 0, eta }, verdict).loss)
}

describe('chances by hand', () => {
  it('Rao-Kupper, eta ln 2: wins 1/2, loses 1/5, ties 3/10', () => {
    // sigmoid(ln 2 - ln 2) = 1/2; sigmoid(-2 ln 2) = 1/5.
    expect(chance(raoKupperLoss, 'first', Math.LN2)).toBeCloseTo(0.5, 12)
    expect(chance(raoKupperLoss, 'second', Math.LN2)).toBeCloseTo(0.2, 12)
    expect(chance(raoKupperLoss, 'tie', Math.LN2)).toBeCloseTo(0.3, 12)
  })

  it('grounded, theta 2: wins 2/5, loses 1/6, both bad 1/4, ties the rest', () => {
    // a = 2, b = 1, theta = 1 + e^0 = 2: 2 / (2 + 2 + 1), 1 / (1 + 4 + 1), 1 / (1 + 2 + 1).
    expect(chance(groundedLoss, 'first', 0)).toBeCloseTo(2 / 5, 12)
    expect(chance(groundedLoss, 'second', 0)).toBeCloseTo(1 / 6, 12)
    expect(chance(groundedLoss, 'bothBad', 0)).toBeCloseTo(1 / 4, 12)
    expect(chance(groundedLoss, 'tie', 0)).toBeCloseTo(1 - 2 / 5 - 1 / 6 - 1 / 4, 12)
  })
})
