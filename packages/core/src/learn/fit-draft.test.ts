import { describe, expect, it } from 'vitest'
import { fitDraft } from './fit-draft.ts'

// Eight rows by rising pSmall. At the cut 0.5 the drafts of the upper four are accepted, at 0.9 those of the upper two.
const rows = {
  pSmall: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
  pGoodEnough: [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.95, 0.99],
}

describe('fitDraft', () => {
  it('drafts where acceptance pays for the draft', () => {
    // P(accepted | pSmall) steps from 0 to 1 at 0.7, at 0.5, and is 1 everywhere at cut 0.
    expect(fitDraft(rows, [0.9, 0.5, 0], 0.25)).toEqual({ accept: [0.9, 0.5, 0], draft: [0.7, 0.5, 0] })
  })

  it('drafts everything when a draft costs nothing, and when costs are not known', () => {
    expect(fitDraft(rows, [0.9, 0], 0).draft).toEqual([0, 0])
    expect(fitDraft(rows, [0.9, 0], null).draft).toEqual([0, 0])
  })

  it('drafts nothing when a draft costs more than the large model', () => {
    expect(fitDraft(rows, [0.9, 0.5, 0], 1.5).draft).toEqual([1, 1, 1])
  })

  it('never falls as the accept cut-off rises, whatever the rows', () => {
    const noisy = { pSmall: rows.pSmall, pGoodEnough: [0.9, 0.1, 0.8, 0.2, 0.3, 0.95, 0.1, 0.6] }
    const accept = [0.9, 0.7, 0.5, 0.25, 0.15, 0]
    for (const ratio of [0.1, 0.3, 0.5, 0.9]) {
      const { draft } = fitDraft(noisy, accept, ratio)
      expect(draft).toEqual(draft.toSorted((a, b) => b - a))
    }
  })
})
