import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Policy, State } from '../contract/policy.ts'
import { chooseKnapsack, chooseUntil, weighVotes, type Member, type Objective } from './subset.ts'
import { createSubsetPolicy } from './subset-policy.ts'

const MEMBERS = fc.array(
  fc.record({
    quality: fc.double({ min: 0, max: 0.99, noNaN: true }),
    cost: fc.double({ min: 0.01, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 10 },
)

function valueOf(members: readonly Member[], places: readonly number[], objective: Objective): number {
  return places.reduce((sum, place) => {
    const quality = members[place]?.quality ?? 0
    return sum + (objective === 'additive' ? quality : -Math.log1p(-quality))
  }, 0)
}

const costOf = (members: readonly Member[], places: readonly number[]): number =>
  places.reduce((sum, place) => sum + (members[place]?.cost ?? 0), 0)

function exhaust(members: readonly Member[], budget: number, objective: Objective): number {
  let best = 0
  for (let mask = 0; mask < 2 ** members.length; mask++) {
    const places = [...members.keys()].filter((place) => (mask >> place) & 1)
    if (costOf(members, places) <= budget) best = Math.max(best, valueOf(members, places, objective))
  }
  return best
}

describe('chooseKnapsack', () => {
  it.each(['additive', 'coverage'] as const)('%s: the best set there is, within the budget', (objective) => {
    fc.assert(
      fc.property(MEMBERS, fc.double({ min: 0, max: 4, noNaN: true }), (members, budget) => {
        const places = chooseKnapsack(members, { budget, objective })
        expect(costOf(members, places)).toBeLessThanOrEqual(budget + 1e-9)
        expect(valueOf(members, places, objective)).toBeCloseTo(exhaust(members, budget, objective), 9)
      }),
      { numRuns: 60 },
    )
  })

  it('is worth more with more money', () => {
    fc.assert(
      fc.property(MEMBERS, fc.double({ min: 0, max: 2, noNaN: true }), (members, budget) => {
        const value = (money: number): number =>
          valueOf(members, chooseKnapsack(members, { budget: money, objective: 'additive' }), 'additive')
        expect(value(2 * budget)).toBeGreaterThanOrEqual(value(budget))
      }),
    )
  })

  it('covers with the sure one where sums prefer many', () => {
    // Sums: 0.5 + 0.5 above 0.9. Any right: 1 - 0.25 = 0.75 below 0.9.
    const members = [
      { quality: 0.5, cost: 1 },
      { quality: 0.5, cost: 1 },
      { quality: 0.9, cost: 2 },
    ]
    expect(chooseKnapsack(members, { budget: 2, objective: 'additive' })).toEqual([0, 1])
    expect(chooseKnapsack(members, { budget: 2, objective: 'coverage' })).toEqual([2])
  })
})

describe('chooseUntil', () => {
  const members = [
    { quality: 0.5, cost: 1 },
    { quality: 0.8, cost: 5 },
    { quality: 0.5, cost: 2 },
  ]

  it('stops when somebody is likely enough to be right', () => {
    // 0.8, then 1 - 0.2 * 0.5 = 0.9, then 0.95.
    expect(chooseUntil(members, { target: 0.8 })).toEqual([1])
    expect(chooseUntil(members, { target: 0.85 })).toEqual([1, 0])
    expect(chooseUntil(members, { target: 0.99 })).toEqual([1, 0, 2])
  })

  it('passes over what the budget does not buy, and ends at the count', () => {
    expect(chooseUntil(members, { target: 0.99, budget: 3 })).toEqual([0, 2])
    expect(chooseUntil(members, { target: 0.99, most: 1 })).toEqual([1])
  })
})

/** Two of 0.75 for A against one for B. */
function winnerAgainst(sure: number): number {
  return weighVotes([
    { answer: 'A', probability: 0.75 },
    { answer: 'B', probability: sure },
    { answer: 'A', probability: 0.75 },
  ])
}

describe('weighVotes', () => {
  it('weighs by log-odds', () => {
    // A: ln 3 + ln 3 = 2.197; B: ln 9 = 2.197 - but 0.91 gives 2.31.
    expect(winnerAgainst(0.91)).toBe(1)
    expect(winnerAgainst(0.89)).toBe(0)
  })

  it('prefers any answer to none, and the likeliest where nobody answered', () => {
    expect(
      weighVotes([
        { answer: undefined, probability: 0.9 },
        { answer: 'A', probability: 0.2 },
      ]),
    ).toBe(1)
    expect(
      weighVotes([
        { answer: undefined, probability: 0.1 },
        { answer: undefined, probability: 0.2 },
      ]),
    ).toBe(1)
  })
})

function said(model: string, text: string): Attempt {
  return { model, answers: [{ text }] }
}

function failed(model: string): Attempt {
  return { model, error: { code: 'upstream.connect', message: '' } }
}

describe('createSubsetPolicy', () => {
  const candidates = ['a', 'b', 'c'].map((model) => ({ model }))
  const policy: Policy = createSubsetPolicy({
    choose: { by: 'until', target: 0.9 },
    answerOf: ({ text }) => text,
  })
  const state = (attempts: readonly Attempt[], more: Partial<State> = {}): State => ({
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates,
    estimates: {
      pSmall: 0.5,
      candidates: [
        { model: 'a', quality: 0.6, costUsd: 1 },
        { model: 'b', quality: 0.8, costUsd: 2 },
        { model: 'c', quality: 0.5, costUsd: 3 },
      ],
    },
    attempts,
    ...more,
  })

  it('calls the set in turn and gives what weighs most', () => {
    // 0.8, then 1 - 0.2 * 0.4 = 0.92.
    expect(policy.next(state([]))).toMatchObject({
      kind: 'call',
      model: 'b',
      reason: 'best_value',
      ranking: ['b', 'a', 'c'],
    })
    expect(policy.next(state([said('b', 'x')]))).toMatchObject({ kind: 'call', model: 'a' })
    expect(policy.next(state([said('b', 'x'), said('a', 'y')]))).toMatchObject({
      kind: 'accept',
      attempt: 0,
      reason: 'best_sample',
    })
  })

  it('asks the others only when nobody of the set answered', () => {
    expect(policy.next(state([failed('b'), said('a', 'y')]))).toMatchObject({ kind: 'accept', attempt: 1 })
    expect(policy.next(state([failed('b'), failed('a')]))).toMatchObject({ model: 'c', reason: 'failover' })
    expect(policy.next(state([failed('b'), failed('a'), failed('c')]))).toEqual({
      kind: 'abstain',
      reason: 'all_failed',
    })
  })

  it('says so when nothing was estimated', () => {
    const { estimates: _, ...blind } = state([])
    expect(policy.next(blind)).toMatchObject({ kind: 'call', reason: 'estimator_failed' })
    expect(policy.next(state([], { candidates: [] }))).toEqual({ kind: 'abstain', reason: 'no_candidate' })
  })
})
