import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../contract/candidate.ts'
import type { Policy, State } from '../contract/policy.ts'
import type { Session } from '../contract/session.ts'
import { withSession } from './session.ts'

const PAIR = { small: 's', large: 'l' }
/** USD per million tokens: 3 and 15 with 0.3 cached, 1 and 5 with 0.1 cached. */
const LARGE = { model: 'l', inputUsdPerMTok: 3, cachedInputUsdPerMTok: 0.3, outputUsdPerMTok: 15 }
const SMALL = { model: 's', inputUsdPerMTok: 1, cachedInputUsdPerMTok: 0.1, outputUsdPerMTok: 5 }

const call = (model: string): Policy => ({
  name: 'threshold',
  next: ({ attempts }) =>
    attempts.length > 0
      ? { kind: 'accept', attempt: 0 }
      : {
          kind: 'call',
          model,
          samples: 2,
          propensity: 1,
          reason: 'score_at_or_above_threshold',
          ranking: model === 's' ? ['s', 'l'] : ['l', 's'],
          readsAnswer: true,
        },
})

function state(session: Session | undefined, candidates: readonly Candidate[] = [SMALL, LARGE]): State {
  const query = { turns: [], tools: 0, images: 0, wantsJson: false }
  return { query: session === undefined ? query : { ...query, session }, candidates, attempts: [] }
}

describe('a policy with sessions', () => {
  // Large warm: 1,000 x 3 + 49,000 x 0.3 + 500 x 15 = 25,200. Small cold: 50,000 x 1 + 500 x 5 = 52,500. In millionths of a USD.
  const long: Session = { inputTokens: 50_000, outputTokens: 500, warmTokens: { l: 49_000 } }

  it('stays with the large model while its cache makes it no dearer', () => {
    expect(withSession(call('s'), PAIR).next(state(long))).toEqual({
      kind: 'call',
      model: 'l',
      samples: 1,
      propensity: 1,
      reason: 'cache_warm',
      ranking: ['l', 's'],
      because: { largeUsd: 0.0252, smallUsd: 0.0525 },
    })
  })

  it('goes to the small model when its cache is warm too, or the answer is what costs', () => {
    // Small warm: 1,000 x 1 + 49,000 x 0.1 + 500 x 5 = 8,400.
    const both = { ...long, warmTokens: { l: 49_000, s: 49_000 } }
    expect(withSession(call('s'), PAIR).next(state(both))).toMatchObject({ model: 's', readsAnswer: true })
    // Large: 17,700 + 10,000 x 15 = 167,700. Small: 50,000 + 10,000 x 5 = 100,000.
    const wordy = { ...long, outputTokens: 10_000 }
    expect(withSession(call('s'), PAIR).next(state(wordy))).toMatchObject({ model: 's' })
  })

  it('leaves the policy alone without a session, without a price, and where the large model is meant', () => {
    const policy = call('s')
    const { cachedInputUsdPerMTok: _none, ...unpriced } = LARGE
    for (const one of [state(undefined), state(long, [SMALL, unpriced]), state(long, [SMALL])]) {
      expect(withSession(policy, PAIR).next(one)).toEqual(policy.next(one))
    }
    const large = call('l')
    const warmSmall = state({ ...long, warmTokens: { s: 50_000 } })
    expect(withSession(large, PAIR).next(warmSmall)).toEqual(large.next(warmSmall))
  })

  it('only ever moves a query to the large model, and only where that is no dearer', () => {
    const tokens = fc.integer({ min: 0, max: 200_000 })
    const price = fc.double({ min: 0, max: 100, noNaN: true })
    const prices = fc.record({
      inputUsdPerMTok: price,
      cachedInputUsdPerMTok: price,
      outputUsdPerMTok: price,
    })
    fc.assert(
      fc.property(
        fc.record({
          inputTokens: tokens,
          outputTokens: tokens,
          s: tokens,
          l: tokens,
          small: prices,
          large: prices,
        }),
        ({ inputTokens, outputTokens, s, l, small, large }) => {
          const asked = state({ inputTokens, outputTokens, warmTokens: { s, l } }, [
            { model: 's', ...small },
            { model: 'l', ...large },
          ])
          const action = withSession(call('s'), PAIR).next(asked)
          if (action.kind !== 'call') throw new Error('no call')
          if (action.model === 's') return
          expect(action.because?.['largeUsd']).toBeLessThanOrEqual(action.because?.['smallUsd'] ?? -1)
        },
      ),
    )
  })
})
