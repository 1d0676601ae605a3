import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempt } from '../contract/attempt.ts'
import type { Action, State } from '../contract/policy.ts'
import { spent, withCaps, type Caps } from './caps.ts'
import { createCascadePolicy } from './cascade.ts'

const CASCADE = createCascadePolicy({
  stages: ['s', 'm', 'l'].map((model) => ({ model, accept: 0.9 })),
})

function answered(model: string, pGoodEnough: number, rest: Partial<Attempt> = {}): Attempt {
  return { model, costUsd: 1, latencyMs: 100, score: { signals: {}, pGoodEnough, calls: [] }, ...rest }
}

/** An answer whose check took calls of its own. */
function checked(model: string, pGoodEnough: number, calls: number): Attempt {
  const check: Attempt = { model, purpose: 'self-check', costUsd: 0.5, latencyMs: 50 }
  return answered(model, pGoodEnough, {
    score: { signals: {}, pGoodEnough, calls: Array.from({ length: calls }, () => check) },
  })
}

function state(attempts: readonly Attempt[], costUsd?: number): State {
  const cost = costUsd === undefined ? {} : { costUsd }
  const candidates = ['s', 'm', 'l'].map((model) => ({ model, quality: 0.5, ...cost }))
  return {
    query: { turns: [], tools: 0, images: 0, wantsJson: false },
    candidates: [{ model: 's' }, { model: 'm' }, { model: 'l' }],
    estimates: { pSmall: 0.5, candidates },
    attempts,
  }
}

function next(caps: Caps, attempts: readonly Attempt[], costUsd?: number): Action {
  return withCaps(CASCADE, caps).next(state(attempts, costUsd))
}

describe('caps', () => {
  it('change nothing without a cap, and nothing that is no call', () => {
    for (const attempts of [[], [answered('s', 0.5)], [answered('s', 0.95)]]) {
      expect(next({}, attempts)).toEqual(CASCADE.next(state(attempts)))
    }
    expect(next({ calls: 1, usd: 0, ms: 0 }, [answered('s', 0.95)])).toEqual({
      kind: 'accept',
      attempt: 0,
      reason: 'answer_at_or_above_threshold',
    })
  })

  it('always make the first call', () => {
    expect(next({ calls: 1, usd: 0, ms: 0 }, [], 5)).toMatchObject({ kind: 'call', model: 's' })
  })

  it('stop at the number of calls, with the best answer so far', () => {
    const capped = { kind: 'accept', reason: 'cap_calls' }
    expect(next({ calls: 1 }, [answered('s', 0.5)])).toEqual({ ...capped, attempt: 0 })
    expect(next({ calls: 2 }, [answered('s', 0.5)])).toMatchObject({ kind: 'call', model: 'm' })
    expect(next({ calls: 2 }, [answered('s', 0.5), answered('m', 0.4)])).toEqual({ ...capped, attempt: 0 })
    expect(next({ calls: 2 }, [answered('s', 0.4), answered('m', 0.5)])).toEqual({ ...capped, attempt: 1 })
  })

  it('count the calls of scorers, those of the next answer among them', () => {
    // s and its check make 2; m and its check would make 4; l is last and is not read, so it makes 3.
    expect(next({ calls: 4 }, [checked('s', 0.5, 1)])).toMatchObject({ model: 'm' })
    expect(next({ calls: 3 }, [checked('s', 0.5, 1)])).toMatchObject({ reason: 'cap_calls' })
    const both = [checked('s', 0.5, 1), checked('m', 0.5, 1)]
    expect(next({ calls: 5 }, both)).toMatchObject({ model: 'l' })
    expect(next({ calls: 4 }, both)).toMatchObject({ reason: 'cap_calls', attempt: 1 })
  })

  it('stop before money is passed, by the expected cost where it is known', () => {
    const first = [answered('s', 0.5)]
    expect(next({ usd: 3 }, first, 2)).toMatchObject({ model: 'm' })
    expect(next({ usd: 2.99 }, first, 2)).toEqual({ kind: 'accept', attempt: 0, reason: 'cap_cost' })
    expect(next({ usd: 1 }, first)).toMatchObject({ model: 'm' })
    expect(next({ usd: 0.99 }, first)).toMatchObject({ reason: 'cap_cost' })
    expect(next({ usd: 1.49 }, [checked('s', 0.5, 1)])).toMatchObject({ reason: 'cap_cost' })
  })

  it('take the latest belief about costs', () => {
    const later = answered('s', 0.5, {
      score: {
        signals: {},
        pGoodEnough: 0.5,
        calls: [],
        candidates: [{ model: 'm', quality: 0.5, costUsd: 0.1 }],
      },
    })
    expect(next({ usd: 1.5 }, [later], 2)).toMatchObject({ model: 'm' })
  })

  it('stop when the time is up', () => {
    expect(next({ ms: 101 }, [answered('s', 0.5)])).toMatchObject({ model: 'm' })
    expect(next({ ms: 100 }, [answered('s', 0.5)])).toEqual({
      kind: 'accept',
      attempt: 0,
      reason: 'cap_time',
    })
    expect(next({ ms: 150 }, [checked('s', 0.5, 1)])).toMatchObject({ reason: 'cap_time' })
  })

  it('let a failed call be followed while there is no answer', () => {
    const failed: Attempt = { model: 's', error: { code: 'upstream.connect', message: 'down' }, latencyMs: 9 }
    expect(next({ calls: 1, ms: 5 }, [failed])).toMatchObject({ model: 'm', reason: 'failover' })
    expect(next({ calls: 2 }, [failed, answered('m', 0.5)])).toMatchObject({
      reason: 'cap_calls',
      attempt: 1,
    })
  })

  it('sum what everything took; the unknown is nothing', () => {
    expect(spent([checked('s', 0.5, 2), { model: 'l' }])).toEqual({ calls: 4, usd: 2, ms: 200 })
    expect(spent([])).toEqual({ calls: 0, usd: 0, ms: 0 })
  })

  it('are kept by every run, whatever the answers and their checks', () => {
    const drawn = fc.record({
      ps: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      checks: fc.nat({ max: 2 }),
      calls: fc.integer({ min: 1, max: 9 }),
      usd: fc.double({ min: 0, max: 6, noNaN: true }),
    })
    fc.assert(
      fc.property(drawn, ({ ps, checks, ...caps }) => {
        const policy = withCaps(CASCADE, caps)
        const attempts: Attempt[] = []
        let action = policy.next(state(attempts, 1))
        while (action.kind === 'call') {
          const p = ps[attempts.length] ?? 0
          attempts.push(
            action.readsAnswer === true ? checked(action.model, p, checks) : answered(action.model, p),
          )
          action = policy.next(state([...attempts], 1))
        }
        expect(action.kind).toBe('accept')
        // The first call and its checks are made whatever the cap.
        expect(spent(attempts).calls).toBeLessThanOrEqual(Math.max(caps.calls, 1 + checks))
        const beforeLast = spent(attempts.slice(0, -1)).usd
        if (attempts.length > 1) expect(beforeLast + 1).toBeLessThanOrEqual(caps.usd)
      }),
      { endOnFailure: true },
    )
  })
})

function nextInTime(attempts: readonly Attempt[]): Action {
  return withCaps(CASCADE, { ms: 1e6 }).next(state(attempts))
}

describe('a call cut at the time cap', () => {
  const late: Attempt = { model: 'm', error: { code: 'limit.time', message: 'cut' } }
  const down: Attempt = { model: 'm', error: { code: 'upstream.connect', message: 'down' } }

  it('is followed by no other, and the answer given instead is marked, however little time the single calls add up to', () => {
    const first = answered('s', 0.2)
    expect(nextInTime([first, late])).toEqual({ kind: 'accept', attempt: 0, reason: 'cap_time' })
    expect(nextInTime([first, down])).toMatchObject({ kind: 'call', model: 'l', reason: 'failover' })
    // The last stage: the policy itself gives the best answer, and only the mark differs.
    expect(nextInTime([first, down, { ...late, model: 'l' }])).toMatchObject({
      attempt: 0,
      reason: 'cap_time',
    })
    expect(nextInTime([first, down, { ...down, model: 'l' }])).toMatchObject({ reason: 'escalation_failed' })
  })
})
