import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CascadeFamily } from '../contract/service-artifact.ts'
import { draftAt, NEVER_KEPT, scoreCascade } from './cascade-family.ts'

const family: CascadeFamily = { accept: [0.9, 0.6, 0.3, 0], draft: [0.8, 0.5, 0.5, 0.1] }

describe('scoreCascade', () => {
  it.each([
    // kept where both cuts are reached; the strictest such position counts
    [{ pSmall: 0.9, pGoodEnough: 0.95 }, 0.9],
    [{ pSmall: 0.7, pGoodEnough: 0.95 }, 0.6],
    [{ pSmall: 0.9, pGoodEnough: 0.5 }, 0.3],
    [{ pSmall: 0.2, pGoodEnough: 0.95 }, 0],
    [{ pSmall: 0.05, pGoodEnough: 0.95 }, NEVER_KEPT],
    [{ pSmall: 0.8, pGoodEnough: 0.9 }, 0.9],
  ])('%o changes sides at %d', (believed, place) => {
    expect(scoreCascade(family, believed)).toBe(place)
  })

  it('is kept at a position exactly when both cut-offs are reached', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    const cuts = fc.uniqueArray(unit, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        cuts,
        fc.array(unit, { minLength: 8, maxLength: 8 }),
        unit,
        unit,
        (accepts, drafts, pSmall, p) => {
          const accept = [...accepts.filter((cut) => cut > 0).sort((a, b) => b - a), 0]
          const draft = drafts
            .sort((a, b) => b - a)
            .concat(0)
            .slice(-accept.length)
          const place = scoreCascade({ accept, draft }, { pSmall, pGoodEnough: p })
          accept.forEach((cut, at) => {
            const isKept = p >= cut && pSmall >= (draft[at] ?? 0)
            expect(place >= cut).toBe(isKept)
          })
        },
      ),
      { endOnFailure: true },
    )
  })
})

describe('draftAt', () => {
  it('gives the draft cut-off of the position', () => {
    expect(family.accept.map((cut) => draftAt(family, cut))).toEqual(family.draft)
  })

  it('between positions takes the next more lenient one, and 0 below all', () => {
    expect(draftAt(family, 0.7)).toBe(0.5)
    expect(draftAt({ accept: [0.5], draft: [0.3] }, 0.2)).toBe(0)
  })
})
