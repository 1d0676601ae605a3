/** Replaying several answers of one call: the quality is that of the chosen one, and each is paid for. */
import { describe, expect, it } from 'vitest'
import type { Outcome } from './contract/outcome.ts'
import type { Selector } from './contract/score.ts'
import { createBestOfNPolicy } from './decide/best-of-n.ts'
import { createLexicalEncoder } from './request/lexical.ts'
import { replay, type Replayed } from './replay.ts'
import type { River } from './serve.ts'

const ROW: Outcome = {
  id: '1',
  prompt: 'What is 2 + 2?',
  models: {
    little: {
      costUsd: 0.001,
      inputTokens: 100,
      outputTokens: 10,
      samples: [
        { answer: '5', score: 0 },
        { answer: '4', score: 1 },
        { answer: '4', score: 1 },
      ],
    },
    big: { costUsd: 0.01, score: 1 },
  },
}

/** Chooses the given position. */
function createRiver(position: number, promptBilled?: 'once'): River {
  const selector: Selector = { name: 'fixed', select: () => position }
  const point = { quality: 1, mode: 'estimate', threshold: 0.5 } as const
  return {
    pair: { small: 'little', large: 'big' },
    candidates: [
      { model: 'little', inputUsdPerMTok: 4, ...(promptBilled === undefined ? {} : { promptBilled }) },
      { model: 'big' },
    ],
    encoder: createLexicalEncoder(),
    estimator: { name: 'none', estimate: () => ({ pSmall: 0 }) },
    levels: { promise: [], estimate: [] },
    mode: 'estimate',
    confidence: 0.95,
    policy: 'best-of-n',
    services: {
      'best-of-n': {
        levels: { promise: [], estimate: [{ ...point, expectedCostAdvantage: 1, expectedQuality: 1 }] },
        confidence: 0.95,
        estimator: {
          name: 'fixed',
          estimate: () => ({ pSmall: 1, arms: [{ model: 'little', samples: 2, pGoodEnough: 1, gap: 0 }] }),
        },
        scoring: {
          scorers: [],
          selector,
          estimator: { name: 'none', signals: [], estimate: () => ({ pGoodEnough: null }) },
        },
        createPolicy: ({ threshold }) =>
          createBestOfNPolicy({
            reference: 'big',
            threshold,
            rule: 'cheapest',
            unitUsd: 0.01,
            uses: { little: { costUsd: 0.001 }, big: { costUsd: 0.01 } },
          }),
      },
    },
  }
}

async function replayed(river: River): Promise<Replayed> {
  const done = await replay(river, ROW, { kind: 'quality', quality: 0.9 })
  if (done === undefined) throw new Error('the row has text')
  return done
}

describe('replay of several answers', () => {
  it.each([
    [0, 0],
    [1, 1],
  ])('choosing answer %i gives quality %i', async (position, quality) => {
    const { accepted, attempts, acceptReason } = await replayed(createRiver(position))
    expect(accepted).toMatchObject({ model: 'little', best: position, quality })
    expect(accepted).toBe(attempts[0])
    expect(acceptReason).toBe('best_sample')
  })

  it('pays for each answer, and for the prompt as it is billed', async () => {
    const { accepted } = await replayed(createRiver(1))
    expect(accepted?.costUsd).toBeCloseTo(0.002, 12)
    expect(accepted?.usage).toEqual({ inputTokens: 200, outputTokens: 20 })
    // 100 prompt tokens at 4 USD a million are 0.0004 USD, billed once less.
    const once = await replayed(createRiver(1, 'once'))
    expect(once.accepted?.costUsd).toBeCloseTo(0.0016, 12)
    expect(once.accepted?.usage).toEqual({ inputTokens: 100, outputTokens: 20 })
  })

  it('an answer that nobody reads is worth the mean of the draws', async () => {
    const named = await replay(createRiver(0), ROW, { kind: 'model', model: 'little' })
    expect(named?.accepted?.quality).toBeCloseTo(2 / 3, 12)
  })

  it('a selector that points nowhere leaves the first answer, and the reason says so', async () => {
    const { accepted, acceptReason } = await replayed(createRiver(7))
    expect(accepted).toMatchObject({ quality: 0 })
    expect(accepted?.best).toBeUndefined()
    expect(acceptReason).toBe('scorer_failed')
  })
})
