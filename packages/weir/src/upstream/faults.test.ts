/** The parts that decide what is done about a failing upstream, each with a clock and a source of randomness of the test's own. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Breaker } from './breaker.ts'
import type { Clock } from './clock.ts'
import { cureOf, verdictOf } from './cure.ts'
import { DEFAULT_BREAKER, DEFAULT_RETRY } from './faults.ts'
import { KeyRing } from './key-ring.ts'
import { chooseLeastWork, Load } from './load.ts'
import { backoffMs } from './retry.ts'
import { readRetryAfterMs } from './retry-after.ts'
import { createSweep } from './sweep.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')

const at = (retries: number, random: number): number =>
  backoffMs(DEFAULT_RETRY, { retries, retryAfterMs: 0, random })

const refused = (status: number): Parameters<typeof cureOf>[0] => ({
  code: 'upstream.refused',
  message: '',
  status,
  headers: {},
})

const open = (breaker: Breaker, nowMs: number): void => {
  for (let i = 0; i < 5; i += 1) breaker.settle(breaker.begin(nowMs), 'bad', nowMs)
}

const choice = (outstanding: number, latencyMs: number | undefined, weight = 1): object => ({
  outstanding,
  latencyMs,
  weight,
})

const choose = (...choices: object[]): number => chooseLeastWork(choices as never, 0)

describe('readRetryAfterMs', () => {
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': ' 1.5 ' }, 1_500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '3600' }, 3_600_000],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sunday, 22-Nov-26 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:59:00 GMT' }, 0],
    [{ 'retry-after': ['3', '4'] }, 3_000],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after-ms': '-5' }, undefined],
    [{ 'retry-after': 'Mon, 01 Jan 2001 00:00:00 GMT' }, undefined],
    [{ 'retry-after': 'tomorrow' }, undefined],
    [{ 'retry-after': 'NaN' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': '9'.repeat(400) }, 2_592_000_000],
    [{ 'retry-after': 'Sun, 22 Nov 9999 10:00:30 GMT' }, 2_592_000_000],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(readRetryAfterMs(headers, NOW)).toBe(expected)
  })
})

describe('backoffMs', () => {
  const { baseMs, maxMs } = DEFAULT_RETRY

  it('is drawn from 0 to a range that doubles, up to its bound', () => {
    expect([0, 1, 2, 3, 9].map((retries) => at(retries, 1))).toEqual([250, 500, 1000, 2000, 2000])
    expect(at(3, 0)).toBe(0)
    expect(at(1, 0.5)).toBe(250)
  })

  it('never ends before the upstream said, and not all at the same moment', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), fc.nat(9), (retryAfterMs, retries) => {
        const early = backoffMs(DEFAULT_RETRY, { retries, retryAfterMs, random: 0 })
        const late = backoffMs(DEFAULT_RETRY, { retries, retryAfterMs, random: 0.999 })
        expect(early).toBe(retryAfterMs)
        expect(late).toBeGreaterThan(early)
        expect(late).toBeLessThanOrEqual(retryAfterMs + Math.max(baseMs, maxMs))
      }),
    )
  })
})

describe('cureOf', () => {
  it.each([
    [408, 'repeat', 'neutral'],
    [429, 'repeat', 'neutral'],
    [500, 'repeat', 'bad'],
    [503, 'repeat', 'bad'],
    [529, 'repeat', 'bad'],
    [501, 'elsewhere', 'bad'],
    [401, 'elsewhere', 'neutral'],
    [404, 'elsewhere', 'neutral'],
    [302, 'elsewhere', 'neutral'],
  ])('status %i: %s, and the upstream is %s', (status, cure, verdict) => {
    expect([cureOf(refused(status)), verdictOf(refused(status))]).toEqual([cure, verdict])
  })

  it.each([
    ['upstream.connect', 'repeat', 'bad'],
    ['upstream.first_byte', 'elsewhere', 'bad'],
    ['upstream.too_slow', 'none', 'neutral'],
    ['request.aborted', 'none', 'neutral'],
  ] as const)('%s: %s, and the upstream is %s', (code, cure, verdict) => {
    expect([cureOf({ code, message: '' }), verdictOf({ code, message: '' })]).toEqual([cure, verdict])
  })

  it('what would fail again is not repeated', () => {
    expect(cureOf({ code: 'upstream.bad_body', message: '', isLasting: true })).toBe('elsewhere')
  })
})

describe('Breaker', () => {
  it('opens at the fifth failure, lets one call through after its time, closes when that is answered', () => {
    const breaker = new Breaker(DEFAULT_BREAKER)
    for (let i = 0; i < 4; i += 1) breaker.settle(breaker.begin(0), 'bad', 0)
    expect(breaker.waitMs(0)).toBe(0)
    breaker.settle(breaker.begin(0), 'bad', 0)
    expect([breaker.state, breaker.waitMs(0), breaker.waitMs(400), breaker.waitMs(1000)]).toEqual([
      'open',
      1000,
      600,
      0,
    ])
    const probe = breaker.begin(1000)
    expect(breaker.waitMs(1000)).toBe(Infinity)
    breaker.settle(probe, 'good', 1100)
    expect([breaker.state, breaker.waitMs(1100)]).toEqual(['closed', 0])
  })

  it('a probe that fails opens it for twice as long, up to the bound', () => {
    const breaker = new Breaker(DEFAULT_BREAKER)
    open(breaker, 0)
    const waits: number[] = []
    let nowMs = 0
    for (let i = 0; i < 7; i += 1) {
      waits.push(breaker.waitMs(nowMs))
      nowMs += breaker.waitMs(nowMs)
      breaker.settle(breaker.begin(nowMs), 'bad', nowMs)
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('a probe whose caller left frees its place', () => {
    const breaker = new Breaker(DEFAULT_BREAKER)
    open(breaker, 0)
    breaker.settle(breaker.begin(1000), 'neutral', 1000)
    expect([breaker.state, breaker.waitMs(1000)]).toEqual(['half-open', 0])
  })

  it('a call that began before it opened does not count as a probe', () => {
    const breaker = new Breaker(DEFAULT_BREAKER)
    const old = breaker.begin(0)
    open(breaker, 0)
    breaker.begin(1000)
    breaker.settle(old, 'good', 1000)
    expect(breaker.state).toBe('half-open')
  })

  it('stays closed while fewer than half of the calls fail, and forgets what is past the window', () => {
    const breaker = new Breaker(DEFAULT_BREAKER)
    for (let i = 0; i < 60; i += 1) {
      breaker.settle(breaker.begin(i), i % 5 < 3 ? 'good' : 'bad', i)
      expect(breaker.state).toBe('closed')
    }
    const patient = new Breaker(DEFAULT_BREAKER)
    for (let i = 0; i < 20; i += 1) patient.settle(patient.begin(i * 11_000), 'bad', i * 11_000)
    expect(patient.state).toBe('closed')
  })

  it('an answer that breaks off is one failed call, not a good one and a bad one', () => {
    const breaker = new Breaker({ ...DEFAULT_BREAKER, fraction: 1 })
    for (let i = 0; i < 5; i += 1) {
      const permit = breaker.begin(0)
      breaker.settle(permit, 'good', 0)
      breaker.spoil(permit, 0)
    }
    expect(breaker.state).toBe('open')
  })

  it('0 failures: never opens', () => {
    const breaker = new Breaker({ ...DEFAULT_BREAKER, failures: 0 })
    open(breaker, 0)
    expect(breaker.state).toBe('closed')
  })

  it('whatever happens: an open one has a wait within its bounds, and it can always recover', () => {
    const step = fc.record({
      afterMs: fc.nat(5_000),
      verdict: fc.constantFrom('good', 'bad', 'neutral' as const),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const breaker = new Breaker(DEFAULT_BREAKER)
        let nowMs = 0
        for (const { afterMs, verdict } of steps) {
          nowMs += afterMs
          const waitMs = breaker.waitMs(nowMs)
          expect(waitMs).toBeLessThanOrEqual(DEFAULT_BREAKER.maxOpenMs)
          if (waitMs === 0) breaker.settle(breaker.begin(nowMs), verdict as 'good', nowMs)
        }
        nowMs += breaker.waitMs(nowMs)
        breaker.settle(breaker.begin(nowMs), 'good', nowMs)
        expect(breaker.state).toBe('closed')
      }),
    )
  })
})

describe('KeyRing', () => {
  it('gives each key in turn, passes over those that rest, and takes the one that is free soonest when all do', () => {
    const ring = new KeyRing(3)
    expect([0, 0, 0, 0].map((nowMs) => ring.take(nowMs))).toEqual([0, 1, 2, 0])
    ring.rest(1, 500)
    expect([0, 0, 0].map((nowMs) => ring.take(nowMs))).toEqual([2, 0, 2])
    ring.rest(0, 300)
    ring.rest(2, 900)
    expect([ring.waitMs(0), ring.waitMs(300)]).toEqual([300, 0])
    expect(ring.take(0)).toBe(0)
    expect(ring.take(600)).toBe(1)
  })

  it('a refusal that says less does not shorten a rest', () => {
    const ring = new KeyRing(1)
    ring.rest(0, 60_000)
    ring.rest(0, 1_000)
    expect(ring.waitMs(0)).toBe(60_000)
  })
})

describe('chooseLeastWork', () => {
  it('takes the quicker, the idler and the heavier', () => {
    expect(choose(choice(0, 200), choice(0, 100))).toBe(1)
    // (1 + 1) * 100 = 200 against (0 + 1) * 150 = 150
    expect(choose(choice(1, 100), choice(0, 150))).toBe(1)
    // 2 * 100 / 3 = 67 against 100
    expect(choose(choice(1, 100, 3), choice(0, 100))).toBe(0)
  })

  it('tries one that has not been called', () => {
    expect(choose(choice(1, 100), choice(0, undefined))).toBe(1)
  })

  it('spreads equal ones by the random number, and never leaves the list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.9999, noNaN: true }),
        (n, random) => {
          const equal = Array.from({ length: n }, () => ({ outstanding: 0, latencyMs: undefined, weight: 1 }))
          expect(chooseLeastWork(equal, random)).toBe(Math.floor(random * n))
        },
      ),
    )
  })

  it('calls in a closed loop spread by speed: the server twice as fast gets about twice the work', () => {
    const loads = [new Load(), new Load()]
    const speeds = [100, 200]
    const counts = [0, 0]
    const running: { at: number; endMs: number; startMs: number }[] = []
    for (let nowMs = 0; nowMs < 60_000; nowMs += 10) {
      for (const one of running.splice(0)) {
        if (one.endMs > nowMs) running.push(one)
        else {
          loads[one.at]?.end()
          loads[one.at]?.sample(nowMs - one.startMs, nowMs)
        }
      }
      while (running.length < 12) {
        const at = chooseLeastWork(
          loads.map((one) => ({ outstanding: one.outstanding, latencyMs: one.latencyMs, weight: 1 })),
          (nowMs % 100) / 100,
        )
        loads[at]?.begin()
        counts[at] = (counts[at] ?? 0) + 1
        running.push({ at, startMs: nowMs, endMs: nowMs + (speeds[at] ?? 0) })
      }
    }
    const ratio = (counts[0] ?? 0) / (counts[1] ?? 1)
    expect(ratio).toBeGreaterThan(3)
    expect(ratio).toBeLessThan(5)
  })

  it('an upstream that fails at once does not look quick', () => {
    const load = new Load()
    load.sample(100, 0)
    load.fail(1, 10)
    expect(load.latencyMs).toBeGreaterThan(150)
  })
})

describe('createSweep', () => {
  it('holds a timer only while something is watched, and expires what is due', () => {
    let nowMs = 0
    let timers: (() => void)[] = []
    const clock: Clock = {
      nowMs: () => nowMs,
      wallMs: () => nowMs,
      after(_ms, run) {
        timers.push(run)
        return () => {}
      },
    }
    const tick = (): void => {
      nowMs += 100
      const due = timers
      timers = []
      for (const run of due) run()
    }
    const expired: string[] = []
    const watch = (name: string, untilMs: number): { untilMs: number; expire: () => void } => ({
      untilMs,
      expire: () => void expired.push(name),
    })
    const sweep = createSweep(clock)
    const gone = watch('gone', 50)
    sweep.add(watch('a', 150))
    sweep.add(watch('b', 250))
    sweep.add(gone)
    sweep.remove(gone)
    expect(timers.length).toBe(1)
    tick()
    expect(expired).toEqual([])
    tick()
    expect(expired).toEqual(['a'])
    tick()
    expect([expired, timers.length]).toEqual([['a', 'b'], 0])
  })
})
