import { describe, expect, it } from 'vitest'
import type { Candidate } from '../contract/candidate.ts'
import type { Query } from '../contract/query.ts'
import { selectFeasible } from './feasible.ts'

const PLAIN: Query = { turns: [{ role: 'user', text: 'hi' }], tools: 0, images: 0, wantsJson: false }
const BLIND: Candidate = { model: 'blind', images: false }
const HANDLESS: Candidate = { model: 'handless', tools: false }
const ABLE: Candidate = { model: 'able', images: true, tools: true }
const UNKNOWN: Candidate = { model: 'unknown' }
const ALL = [BLIND, HANDLESS, ABLE, UNKNOWN]

describe('selectFeasible', () => {
  it('keeps everyone, in order, for a query that needs nothing', () => {
    expect(selectFeasible(PLAIN, ALL)).toEqual({ candidates: ALL, refused: [] })
  })

  it('never sends an image to a model that reads none', () => {
    const { candidates, refused } = selectFeasible({ ...PLAIN, images: 1 }, ALL)
    expect(candidates).toEqual([HANDLESS, ABLE, UNKNOWN])
    expect(refused).toEqual([{ model: 'blind', because: 'no_images' }])
  })

  it('never offers tools to a model that calls none', () => {
    const { candidates, refused } = selectFeasible({ ...PLAIN, tools: 2 }, ALL)
    expect(candidates).toEqual([BLIND, ABLE, UNKNOWN])
    expect(refused).toEqual([{ model: 'handless', because: 'no_tools' }])
  })

  it('may leave no one, each with its reason', () => {
    expect(selectFeasible({ ...PLAIN, images: 1, tools: 1 }, [BLIND, HANDLESS])).toEqual({
      candidates: [],
      refused: [
        { model: 'blind', because: 'no_images' },
        { model: 'handless', because: 'no_tools' },
      ],
    })
  })
})
