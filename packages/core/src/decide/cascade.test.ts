import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Action, State } from '../contract/policy.ts'
import { createCascadePolicy, type CascadePolicyOptions, type CascadeStage } from './cascade.ts'

const THREE: readonly CascadeStage[] = [
  { model: 's', accept: 0.8, reject: 0.1 },
  { model: 'm', accept: 0.7, reject: 0.2, samples: 3 },
  { model: 'l', accept: 0, reject: 0 },
]

function answered(model: string, pGoodEnough: number | null): Attempt {
  return { model, score: { signals: {}, pGoodEnough, calls: [] } }
}

function failed(model: string): Attempt {
  return { model, error: { code: 'upstream.connect', message: 'down' } }
}

function state(attempts: readonly Attempt[], rest: Partial<State> = {}): State {
  return {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: [{ model: 's' }, { model: 'm' }, { model: 'l' }],
    estimates: { pSmall: 0.5 },
    attempts,
    ...rest,
  }
}

function next(attempts: readonly Attempt[], options: Partial<CascadePolicyOptions> = {}): Action {
  return createCascadePolicy({ stages: THREE, ...options }).next(state(attempts))
}

const TO_M = { kind: 'call', model: 'm', samples: 3, readsAnswer: true, threshold: 0.7 }
const TO_L = { kind: 'call', model: 'l', samples: 1 }
const REJECTED: Action = { kind: 'abstain', reason: 'answer_rejected' }

describe('threshold cascade', () => {
  it('begins with the first stage and says that it will read', () => {
    expect(next([])).toEqual({
      kind: 'call',
      model: 's',
      samples: 1,
      propensity: 1,
      reason: 'first_stage',
      ranking: ['s', 'm', 'l'],
      threshold: 0.8,
      readsAnswer: true,
    })
  })

  it('gives an answer at the cut, escalates below it, abstains below the reject cut', () => {
    const given = { kind: 'accept', attempt: 0, reason: 'answer_at_or_above_threshold' }
    expect(next([answered('s', 0.81)])).toEqual(given)
    expect(next([answered('s', 0.8)])).toEqual(given)
    expect(next([answered('s', 0.8 - Number.EPSILON)])).toMatchObject({
      ...TO_M,
      reason: 'answer_below_threshold',
    })
    expect(next([answered('s', 0.1)])).toMatchObject(TO_M)
    expect(next([answered('s', 0.1 - Number.EPSILON)])).toEqual(REJECTED)
  })

  it('applies the cuts of the second stage to the second answer', () => {
    const first = answered('s', 0.5)
    expect(next([first, answered('m', 0.7)])).toEqual({
      kind: 'accept',
      attempt: 1,
      reason: 'answer_at_or_above_threshold',
    })
    expect(next([first, answered('m', 0.2)])).toMatchObject({ ...TO_L, reason: 'answer_below_threshold' })
    expect(next([first, answered('m', 0.19)])).toEqual(REJECTED)
  })

  it('gives the last answer unread, unless it may be refused', () => {
    const escalated = [answered('s', 0.5), answered('m', 0.5)]
    expect(next(escalated)).not.toHaveProperty('readsAnswer')
    expect(next(escalated)).not.toHaveProperty('threshold')
    expect(next([...escalated, { model: 'l' }])).toEqual({ kind: 'accept', attempt: 2, reason: 'last_stage' })

    const refusing = [...THREE.slice(0, 2), { model: 'l', accept: 0.4, reject: 0.4 }]
    expect(next(escalated, { stages: refusing })).toMatchObject({ ...TO_L, readsAnswer: true })
    expect(next([...escalated, answered('l', 0.4)], { stages: refusing })).toEqual({
      kind: 'accept',
      attempt: 2,
      reason: 'answer_at_or_above_threshold',
    })
    expect(next([...escalated, answered('l', 0.39)], { stages: refusing })).toEqual(REJECTED)
    expect(next([...escalated, answered('l', null)], { stages: refusing })).toEqual({
      kind: 'accept',
      attempt: 2,
      reason: 'scorer_failed',
    })
  })

  it('does with an answer that could not be judged as it was told', () => {
    expect(next([answered('s', null)])).toMatchObject({ ...TO_M, reason: 'scorer_failed' })
    expect(next([{ model: 's' }])).toMatchObject({ ...TO_M, reason: 'scorer_failed' })
    expect(next([answered('s', null)], { onScorerFailure: 'accept' })).toEqual({
      kind: 'accept',
      attempt: 0,
      reason: 'scorer_failed',
    })
  })
})

function entry(options: Partial<CascadePolicyOptions>, rest: Partial<State> = {}): Action {
  return createCascadePolicy({ stages: THREE, ...options }).next(state([], rest))
}

describe('entry of a cascade', () => {
  it('skips the draft where the ex ante chance is below its cut', () => {
    expect(entry({ draft: 0.5 })).toMatchObject({ model: 's', reason: 'first_stage' })
    const skipped = entry({ draft: 0.51 })
    expect(skipped).toMatchObject({ ...TO_L, reason: 'score_below_threshold', ranking: ['l', 's', 'm'] })
    expect(skipped).not.toHaveProperty('readsAnswer')
  })

  it('skips it without an estimate too, where a draft cut asks for one', () => {
    const { estimates: _, ...blind } = state([])
    const begin = (draft: number): Action => createCascadePolicy({ stages: THREE, draft }).next(blind)
    expect(begin(0.1)).toMatchObject({ ...TO_L, reason: 'estimator_failed' })
    expect(begin(0)).toMatchObject({ model: 's', reason: 'first_stage' })
  })

  it('sends the unfamiliar to the last stage unless told otherwise', () => {
    const estimates = { pSmall: 0.9, isUnfamiliar: true }
    expect(entry({}, { estimates })).toMatchObject({ model: 'l', reason: 'unfamiliar_query' })
    expect(entry({ onUnfamiliar: 'score' }, { estimates })).toMatchObject({ model: 's' })
  })

  it('begins at the end when no cut keeps the level', () => {
    expect(entry({ noThresholdReason: 'level_not_provable' })).toMatchObject({
      model: 'l',
      reason: 'level_not_provable',
    })
  })

  it('runs with the stages that can serve the query', () => {
    const only = entry({}, { candidates: [{ model: 'x' }, { model: 'm' }] })
    expect(only).toMatchObject({ model: 'm', reason: 'only_candidate', ranking: ['m'] })
    expect(entry({}, { candidates: [{ model: 'x' }] })).toEqual({ kind: 'abstain', reason: 'no_candidate' })
    expect(entry({ stages: [{ model: 's', accept: 0 }] })).toMatchObject({ reason: 'first_stage' })
  })
})

describe('a stage that fails', () => {
  it('is followed by the next one up, by those below when none is left', () => {
    expect(next([failed('s')])).toMatchObject({ ...TO_M, reason: 'failover' })
    expect(next([failed('s'), failed('m')])).toMatchObject({ ...TO_L, reason: 'failover' })
    expect(next([failed('l')], { draft: 1 })).toMatchObject({ model: 's', reason: 'failover' })
    expect(next([failed('l'), failed('s'), failed('m')])).toEqual({ kind: 'abstain', reason: 'all_failed' })
  })

  it('gives the best answer so far when escalation fails, and says so', () => {
    expect(next([answered('s', 0.5), failed('m')])).toMatchObject({ ...TO_L, reason: 'failover' })
    const best = { kind: 'accept', reason: 'escalation_failed' }
    expect(next([answered('s', 0.5), failed('m'), failed('l')])).toEqual({ ...best, attempt: 0 })
    expect(next([answered('s', 0.6), answered('m', 0.5), failed('l')])).toEqual({ ...best, attempt: 0 })
    expect(next([answered('s', 0.5), answered('m', 0.5), failed('l')])).toEqual({ ...best, attempt: 1 })
    expect(next([answered('s', null), answered('m', 0.2), failed('l')])).toEqual({ ...best, attempt: 1 })
  })

  it('is not called again: the answer below the cut is given when nothing above it is left', () => {
    const drafted = [failed('l'), answered('s', 0.5)]
    expect(next(drafted, { draft: 1 })).toMatchObject(TO_M)
    expect(next([...drafted, answered('m', 0.5)])).toEqual({
      kind: 'accept',
      attempt: 2,
      reason: 'escalation_failed',
    })
    expect(next([...drafted, answered('m', 0.4)])).toEqual({
      kind: 'accept',
      attempt: 1,
      reason: 'escalation_failed',
    })
    expect(next([...drafted, answered('m', 0.1)])).toEqual(REJECTED)
    expect(next([...drafted, answered('m', null)])).toEqual({
      kind: 'accept',
      attempt: 2,
      reason: 'scorer_failed',
    })
  })
})

describe('what a cascade refuses to be', () => {
  it.each([
    [{ stages: [] }, /at least one stage/],
    [{ stages: [{ model: 's', accept: 1.1 }] }, /accept of s must be in \[0, 1\]/],
    [{ stages: [{ model: 's', accept: Number.NaN }] }, /accept of s/],
    [{ stages: [{ model: 's', accept: 0.5, reject: 0.6 }] }, /reject of s must be in \[0, accept\]/],
    [{ stages: [{ model: 's', accept: 0.5, samples: 0 }] }, /samples of s/],
    [{ stages: [{ model: 's', accept: 0.5, samples: 1.5 }] }, /samples of s/],
    [{ stages: [THREE[0]!, THREE[0]!] }, /stands in two stages/],
    [{ draft: -0.1 }, /draft must be in \[0, 1\]/],
  ])('%j', (options, message) => {
    expect(() => createCascadePolicy({ stages: THREE, ...options })).toThrow(message)
  })
})

/** What each model of a run does: fails, cannot be judged, or answers with this chance. */
type Fate = 'fails' | null | number

interface Run {
  readonly attempts: readonly Attempt[]
  readonly end: Action
}

function run(options: CascadePolicyOptions, fates: Readonly<Record<string, Fate>>, pSmall: number): Run {
  const policy = createCascadePolicy(options)
  const candidates = options.stages.map(({ model }) => ({ model }))
  const attempts: Attempt[] = []
  for (let step = 0; step < 20; step++) {
    const at = state([...attempts], { candidates, estimates: { pSmall } })
    const action = policy.next(at)
    expect(policy.next(structuredClone(at))).toEqual(action)
    if (action.kind !== 'call') return { attempts, end: action }
    const fate = fates[action.model] ?? null
    if (fate === 'fails') attempts.push(failed(action.model))
    else attempts.push(action.readsAnswer === true ? answered(action.model, fate) : { model: action.model })
  }
  throw new Error('the cascade never ends')
}

const unit = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10)
const fateOf = fc.oneof({ weight: 4, arbitrary: unit }, fc.constant(null), fc.constant('fails' as const))
const stagesOf = fc.array(fc.tuple(unit, unit), { minLength: 1, maxLength: 4 }).map((cuts) =>
  cuts.map(([a, b], i): CascadeStage => ({
    model: `m${i}`,
    accept: Math.max(a, b),
    reject: Math.min(a, b),
  })),
)
const fatesOf = fc.record({ m0: fateOf, m1: fateOf, m2: fateOf, m3: fateOf })
const QUICK = { endOnFailure: true, numRuns: 400 }

describe('every run of a cascade', () => {
  it('calls no stage twice and never gives an answer that its cut rejects', () => {
    fc.assert(
      fc.property(stagesOf, fatesOf, fc.record({ draft: unit, pSmall: unit }), (stages, fates, entry) => {
        const { attempts, end } = run({ stages, draft: entry.draft }, fates, entry.pSmall)
        const called = attempts.map(({ model }) => model)
        expect(new Set(called).size).toBe(called.length)
        if (end.kind !== 'accept') return
        const given = attempts[end.attempt]
        expect(given?.error).toBeUndefined()
        const p = given?.score?.pGoodEnough
        const { reject = 0 } = stages.find(({ model }) => model === given?.model) ?? {}
        if (typeof p === 'number') expect(p).toBeGreaterThanOrEqual(reject)
      }),
      QUICK,
    )
  })

  it('ends without an answer only when all failed or one was rejected', () => {
    fc.assert(
      fc.property(stagesOf, fatesOf, (stages, fates) => {
        const { attempts, end } = run({ stages }, fates, 1)
        if (end.kind !== 'abstain') return
        const last = attempts.at(-1)
        const { reject = 0 } = stages.find(({ model }) => model === last?.model) ?? {}
        if (end.reason === 'all_failed') expect(attempts.every(({ error }) => error !== undefined)).toBe(true)
        else expect(last?.score?.pGoodEnough).toBeLessThan(reject)
      }),
      QUICK,
    )
  })

  it('never makes fewer calls when a cut is raised', () => {
    fc.assert(
      fc.property(stagesOf, fatesOf, fc.tuple(fc.nat({ max: 3 }), unit), (stages, fates, [at, raise]) => {
        const raised = stages.map((stage, i) =>
          i === at ? { ...stage, accept: Math.min(1, stage.accept + raise) } : stage,
        )
        const calls = (of: readonly CascadeStage[]): number => run({ stages: of }, fates, 1).attempts.length
        expect(calls(raised)).toBeGreaterThanOrEqual(calls(stages))
      }),
      QUICK,
    )
  })

  it('goes on after an answer that was broken off for doubt as after one that is not good enough', () => {
    const doubted: Attempt = { model: 's', error: { code: 'limit.doubt', message: 'broken off' } }
    expect(next([doubted])).toMatchObject({ ...TO_M, reason: 'answer_below_threshold' })
    expect(next([failed('s')])).toMatchObject({ ...TO_M, reason: 'failover' })
  })
})
