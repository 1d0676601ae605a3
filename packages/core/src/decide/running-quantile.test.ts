import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Action, State } from '../contract/policy.ts'
import { createRng } from '../math/rng.ts'
import { spent } from './caps.ts'
import { countBelow, EMPTY_MEMORY, remember, type QuantileMemory } from './quantile-memory.ts'
import {
  createRunningQuantilePolicy,
  escalationShare,
  type RunningQuantileOptions,
} from './running-quantile.ts'

const PAIR = { small: 's', large: 'l' }
const MEMORY = { model: 's', signal: 'logprob' } as const

function answered(logprob: number | undefined, costUsd = 1): Attempt {
  const signals = logprob === undefined ? {} : { logprob }
  return { model: 's', costUsd, score: { signals, pGoodEnough: 0.9, calls: [] } }
}

/** Ten signals, -1 to -10, seen in two requests of a period of ten; 12 of 40 USD spent. */
const SEEN: QuantileMemory = {
  ascending: Float64Array.from({ length: 10 }, (_, i) => i - 10),
  arrived: Float64Array.from({ length: 10 }, (_, i) => i - 10),
  requests: 2,
  spentUsd: 12,
}

const OPTIONS: RunningQuantileOptions = {
  pair: PAIR,
  signal: 'logprob',
  memory: SEEN,
  budgetUsdPerQuery: 4,
  costUsd: { small: 1, large: 10 },
  warmup: 10,
  period: 10,
}

function next(attempts: readonly Attempt[], options: Partial<RunningQuantileOptions> = {}): Action {
  const state: State = {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: [{ model: 's' }, { model: 'l' }],
    attempts,
  }
  return createRunningQuantilePolicy({ ...OPTIONS, ...options }).next(state)
}

const ESCALATE = { kind: 'call', model: 'l', reason: 'answer_below_threshold' }
const stays = (reason: string): unknown => ({ kind: 'accept', attempt: 0, reason })

/** The account with this much left for eight requests. */
function left(usd: number): Partial<RunningQuantileOptions> {
  return { memory: { ...SEEN, spentUsd: 40 - usd } }
}

describe('running quantile', () => {
  it('escalates what is below the quantile of the share that the budget pays for', () => {
    // 28 left for 8 requests: (28 - 8) / 80 = a quarter of them; floor(.25 x 10) = 2: the third lowest, -8, is the cut.
    expect(escalationShare(OPTIONS)).toBe(0.25)
    expect(next([])).toMatchObject({ kind: 'call', model: 's', reason: 'first_stage', readsAnswer: true })
    expect(next([answered(-8.01)])).toMatchObject(ESCALATE)
    expect(next([answered(-8.01)])).not.toHaveProperty('threshold')
    expect(next([answered(-8)])).toEqual(stays('answer_at_or_above_threshold'))
  })

  it('stays until enough was seen', () => {
    expect(next([answered(-99)], { warmup: 11 })).toEqual(stays('warming_up'))
  })

  it('stays when an escalation would take what the rest needs for small calls', () => {
    // 8 requests are left, this one among them; after its draft 10 + 7 must be there: 18 left is just enough.
    expect(next([answered(-99)], left(18))).toMatchObject(ESCALATE)
    expect(next([answered(-99)], left(17.99))).toEqual(stays('budget_spent'))
    expect(next([answered(-99, 1.01)], left(18))).toEqual(stays('budget_spent'))
    expect(next([answered(undefined)], left(17.99))).toEqual(stays('budget_spent'))
  })

  it('goes straight to the large model when it can be paid for all the rest', () => {
    const rich = { ...SEEN, requests: 7, spentUsd: 10 }
    expect(next([], { memory: rich })).toMatchObject({ model: 'l', reason: 'budget_pays_for_large' })
    expect(next([], { memory: { ...rich, spentUsd: 10.01 } })).toMatchObject({ model: 's' })
    expect(escalationShare({ ...OPTIONS, memory: { ...rich, spentUsd: 0 } })).toBe(1)
    expect(escalationShare({ ...OPTIONS, memory: { ...rich, spentUsd: 39 } })).toBe(0)
  })

  it('does with an answer without the signal, and with failures, what the cascade does', () => {
    expect(next([answered(undefined)])).toMatchObject({ model: 'l', reason: 'scorer_failed' })
    expect(next([answered(undefined)], { onScorerFailure: 'accept' })).toEqual(stays('scorer_failed'))
    const failed: Attempt = { model: 's', error: { code: 'upstream.connect', message: 'down' } }
    expect(next([failed])).toMatchObject({ model: 'l', reason: 'failover' })
    expect(next([answered(-99), { ...failed, model: 'l' }])).toEqual(stays('escalation_failed'))
  })

  it.each([
    { budgetUsdPerQuery: 0.99 },
    { costUsd: { small: 10, large: 10 } },
    { costUsd: { small: -1, large: 10 } },
    { budgetUsdPerQuery: Number.NaN },
  ])('refuses %j', (options) => {
    expect(() => next([], options)).toThrow(/a running quantile needs/)
  })
})

describe('its memory', () => {
  it('keeps the latest signals, sorted and as they came, and changes nothing that it was given', () => {
    const signals = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 30 })
    fc.assert(
      fc.property(signals, fc.integer({ min: 1, max: 8 }), (values, window) => {
        let memory = EMPTY_MEMORY
        for (const value of values) {
          const before = structuredClone(memory)
          const after = remember(memory, [answered(value)], { ...MEMORY, window })
          expect(memory).toEqual(before)
          memory = after
        }
        const latest = values.slice(-window)
        expect([...memory.arrived]).toEqual(latest)
        expect([...memory.ascending]).toEqual(latest.toSorted((a, b) => a - b))
      }),
      { endOnFailure: true },
    )
  })

  it('sums everything that a request cost and begins anew after a period', () => {
    const large: Attempt = { model: 'l', costUsd: 10 }
    const options = { ...MEMORY, period: 3 }
    const one = remember(EMPTY_MEMORY, [answered(-1), large], options)
    expect(one).toMatchObject({ requests: 1, spentUsd: 11 })
    const two = remember(one, [large], options)
    expect(two).toMatchObject({ requests: 2, spentUsd: 21 })
    expect(two.arrived).toHaveLength(1)
    const three = remember(two, [answered(-2)], options)
    expect(three).toMatchObject({ requests: 0, spentUsd: 0 })
    expect([...three.arrived]).toEqual([-1, -2])
  })

  it('finds a place as counting does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 })),
        fc.integer({ min: -1, max: 6 }),
        (values, value) => {
          const ascending = Float64Array.from(values).sort()
          expect(countBelow(ascending, value)).toBe(values.filter((one) => one < value).length)
        },
      ),
      { endOnFailure: true },
    )
  })
})

interface Stream {
  readonly usd: number
  readonly escalated: number
}

/** A stream of uniform signals at exact costs, one period long. */
function runStream(seed: number, length: number, options: Partial<RunningQuantileOptions>): Stream {
  const rng = createRng(seed)
  let [memory, usd, escalated] = [EMPTY_MEMORY, 0, 0]
  for (let i = 0; i < length; i++) {
    const signal = Math.log(1 - rng.next())
    const attempts: Attempt[] = []
    let action = next(attempts, { ...options, memory, period: length, warmup: 20 })
    while (action.kind === 'call') {
      attempts.push(action.model === 's' ? answered(signal) : { model: 'l', costUsd: 10 })
      action = next([...attempts], { ...options, memory, period: length, warmup: 20 })
    }
    if (attempts.some(({ model }) => model === 'l')) escalated += 1
    usd += spent(attempts).usd
    memory = remember(memory, attempts, { ...MEMORY, period: length })
  }
  return { usd, escalated }
}

describe('a period of a running quantile', () => {
  it('never costs more than its budget and leaves at most two large calls of it', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e6 }), fc.integer({ min: 10, max: 120 }), (seed, tenths) => {
        const budgetUsdPerQuery = tenths / 10
        const { usd } = runStream(seed, 200, { budgetUsdPerQuery })
        expect(usd).toBeLessThanOrEqual(200 * budgetUsdPerQuery + 1e-9)
        expect(usd).toBeGreaterThan(200 * Math.min(10, budgetUsdPerQuery) - 40)
      }),
      { endOnFailure: true, numRuns: 40 },
    )
  })

  it('escalates more as the budget grows', () => {
    const shares = [1, 2, 4, 8, 12].map(
      (budgetUsdPerQuery) => runStream(7, 300, { budgetUsdPerQuery }).escalated,
    )
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect([shares[0], shares[4]]).toEqual([0, 300])
  })
})
