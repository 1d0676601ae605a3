import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Candidate } from '../contract/candidate.ts'
import type { Action, Policy, State } from '../contract/policy.ts'
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
  // In millionths of a USD. Large, warm: 1,000 x 3 + 49,000 x 0.3 + 500 x 15 = 25,200. Small, cold: 50,000 x 1 + 500 x 5 = 52,500;
  // warm: 1,000 x 1 + 49,000 x 0.1 + 500 x 5 = 8,400. Rent 25,200 - 8,400 = 16,800; price 52,500 - 8,400 = 44,100: two rents, not three.
  const long: Session = { inputTokens: 50_000, outputTokens: 500, warmTokens: { l: 49_000 }, stays: 0 }

  it('stays with the large model until the rents come to the price of leaving', () => {
    const action = withSession(call('s'), PAIR).next(state(long))
    expect(action).toEqual({
      kind: 'call',
      model: 'l',
      samples: 1,
      propensity: 1,
      reason: 'cache_warm',
      ranking: ['l', 's'],
      because: { rentUsd: expect.closeTo(0.0168, 12), priceUsd: expect.closeTo(0.0441, 12), stays: 0 },
    })
    const at = (stays: number): Action => withSession(call('s'), PAIR).next(state({ ...long, stays }))
    expect(at(1)).toMatchObject({ model: 'l' })
    expect(at(2)).toMatchObject({ model: 's', readsAnswer: true })
  })

  it('goes to the small model when its cache is warm too, or nothing of the large one is', () => {
    for (const warmTokens of [{ l: 49_000, s: 49_000 }, { s: 49_000 }, {}]) {
      expect(withSession(call('s'), PAIR).next(state({ ...long, warmTokens }))).toMatchObject({ model: 's' })
    }
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

  it('pays at most twice what the best of staying and leaving costs, however long the conversation is', () => {
    const price = fc.double({ min: 0.01, max: 100, noNaN: true })
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    const prices = fc.record({ inputUsdPerMTok: price, share, outputUsdPerMTok: price })
    const turns = fc.integer({ min: 1, max: 60 })
    fc.assert(
      fc.property(prices, prices, turns, (small, large, count) => {
        const [s, l] = [small, large].map(({ share: part, ...one }, i) => ({
          ...one,
          model: i === 0 ? 's' : 'l',
          cachedInputUsdPerMTok: one.inputUsdPerMTok * part,
        })) as [Required<typeof SMALL>, Required<typeof SMALL>]
        const warm = (m: typeof s): number =>
          900 * m.cachedInputUsdPerMTok + 100 * m.inputUsdPerMTok + 50 * m.outputUsdPerMTok
        const cold = 1000 * s.inputUsdPerMTok + 50 * s.outputUsdPerMTok
        let paid = 0
        let stays = 0
        let isSmall = false
        for (let turn = 0; turn < count; turn += 1) {
          const session = {
            inputTokens: 1000,
            outputTokens: 50,
            warmTokens: isSmall ? { s: 900 } : { l: 900 },
            stays,
          }
          const action = withSession(call('s'), PAIR).next(state(session, [s, l]))
          if (action.kind !== 'call') throw new Error('no call')
          const leaves = action.model === 's'
          paid += leaves ? (isSmall ? warm(s) : cold) : warm(l)
          stays = leaves ? 0 : stays + 1
          isSmall ||= leaves
        }
        const best = Math.min(count * warm(l), cold + (count - 1) * warm(s))
        expect(paid).toBeLessThanOrEqual(2 * best * (1 + 1e-9))
      }),
    )
  })
})

/** As good as the chosen one, warm, and with the prices of the large model. */
const pool = (quality: number): State => ({
  ...state({ inputTokens: 50_000, outputTokens: 500, warmTokens: { l: 49_000, m: 49_000 }, stays: 0 }, [
    SMALL,
    { ...LARGE, model: 'm', outputUsdPerMTok: 16 },
    LARGE,
  ]),
  estimates: {
    pSmall: 0.5,
    candidates: [
      { model: 's', quality: 0.8 },
      { model: 'm', quality: 0.9 },
      { model: 'l', quality },
    ],
  },
})

describe('a pool with sessions', () => {
  it('keeps the one that saves most of those that are as good, and none that is worse', () => {
    expect(withSession(call('s'), null).next(pool(0.8))).toMatchObject({ model: 'l', reason: 'cache_warm' })
    expect(withSession(call('s'), null).next(pool(0.7))).toMatchObject({ model: 'm', reason: 'cache_warm' })
    expect(withSession(call('m'), null).next(pool(0.7))).toMatchObject({ model: 'm' })
  })
})
