/** Retrying and hedging over upstreams that are made of promises: who is called how often, for how long, and what is told of it. */
import { describe, expect, it } from 'vitest'
import { REAL_CLOCK, type Clock } from './clock.ts'
import { DEFAULT_RETRY } from './faults.ts'
import { HedgeBudget, sendWithHedge } from './hedge.ts'
import type { CallRequest, LiveAttempt } from './live-attempt.ts'
import { sendWithRetry, type Spread } from './retry.ts'

interface Waiting {
  readonly atMs: number
  readonly run: () => void
}

/** Time that passes only when the test says so. */
function createManualClock(): Clock & { advance(ms: number): Promise<void> } {
  let now = 0
  let waiting: readonly Waiting[] = []
  return {
    nowMs: () => now,
    wallMs: () => now,
    after(ms, run) {
      const one = { atMs: now + ms, run }
      waiting = [...waiting, one]
      return () => {
        waiting = waiting.filter((other) => other !== one)
      }
    },
    async advance(ms) {
      now += ms
      const due = waiting.filter(({ atMs }) => atMs <= now)
      waiting = waiting.filter(({ atMs }) => atMs > now)
      for (const { run } of due) run()
      await settled()
    },
  }
}

/** All that was promised has been done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const REQUEST: Omit<CallRequest, 'lifeline'> = { model: 'm', body: Buffer.from('{}'), headers: [] }

function requestOf(): CallRequest {
  return { ...REQUEST, lifeline: { isGone: false, call: undefined } }
}

function refusedAt(upstream: number, more: Partial<LiveAttempt>): LiveAttempt {
  const error = { code: 'upstream.refused', message: 'm: answered status 429' } as const
  return { model: 'm', upstream, startedAtMs: 0, latencyMs: 1, error, ...more }
}

function spreadOf(send: Spread['send'], { size = 1, keys = 1 } = {}): Spread {
  return {
    size,
    choose: (tried) => Array.from({ length: size }, (_, i) => i).find((i) => !tried.has(i)),
    waitMs: () => 0,
    keys: () => keys,
    send,
    unavailable: () => refusedAt(0, { cure: 'elsewhere' }),
  }
}

const NO_WAIT = { ...DEFAULT_RETRY, baseMs: 1, maxMs: 1 }
const TOOLS = { retry: NO_WAIT, totalMs: 600_000, clock: REAL_CLOCK, random: () => 0 }

describe('sendWithRetry', () => {
  it.each([
    [1, 1 + 2],
    [3, 3 + 2],
  ])('%i keys whose rest is over at once are called %i times, not for ever', async (keys, expected) => {
    let calls = 0
    const spread = spreadOf(
      () => {
        calls += 1
        if (calls > 50) throw new Error('it goes round')
        return Promise.resolve(refusedAt(0, { cure: 'key', retryAfterMs: 0 }))
      },
      { keys },
    )
    const attempt = await sendWithRetry(spread, TOOLS, requestOf())
    expect([calls, attempt.tries?.length]).toEqual([expected, expected])
  })

  it('the total limit is that of the call: what the first try used is gone for the next', async () => {
    const clock = createManualClock()
    const until: (number | undefined)[] = []
    const spread = spreadOf(
      async (upstream, { untilMs }) => {
        until.push(untilMs)
        const startedAtMs = clock.nowMs()
        await clock.advance(400)
        return refusedAt(upstream, { startedAtMs, cure: 'elsewhere' })
      },
      { size: 5 },
    )
    await sendWithRetry(spread, { ...TOOLS, totalMs: 1_000, clock }, requestOf())
    // Tries at 0, 400 and 800; at 1,200 the time is over.
    expect(until).toEqual([undefined, 1_000, 1_000])
  })
})

const HEDGE = { fraction: 1, percentile: 0.5, minMs: 10 }

/** Twenty calls of 100 ms are known, and hedges are saved up. */
function knownBudget(): HedgeBudget {
  const budget = new HedgeBudget(HEDGE)
  for (let i = 0; i < 20; i += 1) {
    budget.begin()
    budget.note(100)
  }
  return budget
}

interface Line {
  readonly request: CallRequest
  readonly answer: (attempt: Partial<LiveAttempt>) => void
}

/** A call that ends when the test says so, or is dropped. */
function pending(upstream: number, lines: Line[], request: CallRequest): Promise<LiveAttempt> {
  return new Promise((resolve) => {
    const end = (more: Partial<LiveAttempt>): void =>
      resolve({ model: 'm', upstream, startedAtMs: 0, latencyMs: 5, ...more })
    request.lifeline.upstream = upstream
    request.lifeline.call = {
      drop: ({ code, message } = { code: 'request.aborted', message: '' }) =>
        end({ error: { code, message } }),
    }
    lines.push({ request, answer: end })
  })
}

function race(): {
  readonly clock: ReturnType<typeof createManualClock>
  readonly budget: HedgeBudget
  readonly lines: Line[]
  readonly request: CallRequest
  readonly result: Promise<LiveAttempt>
} {
  const clock = createManualClock()
  const budget = knownBudget()
  const lines: Line[] = []
  const request = requestOf()
  const tools = { budget, clock, second: (asked: CallRequest) => pending(1, lines, asked) }
  const result = sendWithHedge((asked) => pending(0, lines, asked), tools, request)
  return { clock, budget, lines, request, result }
}

describe('sendWithHedge', () => {
  it('a hedge that fails is told as one, and the first call still wins', async () => {
    const { clock, lines, result } = race()
    await clock.advance(100)
    lines[1]?.answer({ error: { code: 'upstream.connect', message: '' } })
    await settled()
    lines[0]?.answer({})
    expect((await result).tries).toMatchObject([
      { upstream: 1, move: 'hedge', error: 'upstream.connect' },
      { upstream: 0, move: 'first' },
    ])
  })

  it('every try of the call that lost is told, so that each can be charged', async () => {
    const { clock, lines, result } = race()
    await clock.advance(100)
    const [first, hedge] = lines
    if (first === undefined) throw new Error('no call')
    const stalled = { upstream: 0, move: 'first', error: 'upstream.stalled', latencyMs: 40 } as const
    const cut = { upstream: 2, move: 'failover', error: 'request.aborted', latencyMs: 60 } as const
    first.request.lifeline.call = {
      drop: () => first.answer({ error: { code: 'request.aborted', message: '' }, tries: [stalled, cut] }),
    }
    hedge?.answer({})
    const attempt = await result
    expect(attempt.error).toBeUndefined()
    expect(attempt.tries).toEqual([stalled, cut, { upstream: 1, move: 'hedge', latencyMs: 5 }])
  })

  it('what is remembered of a call that a hedge answered is how long the caller waited', async () => {
    const { clock, budget, lines, result } = race()
    await clock.advance(1_000)
    lines[1]?.answer({ latencyMs: 5 })
    await result
    for (let i = 0; i < 20; i += 1) budget.note(1_000)
    // 20 of 100 ms, 21 of 1,000 ms: the median is one of these.
    expect(budget.delayMs()).toBe(1_000)
  })

  it('the time cap of the request goes through to both calls', async () => {
    const { clock, request, result } = race()
    await clock.advance(100)
    request.lifeline.call?.drop({ code: 'limit.time', message: 'cut' })
    expect((await result).error?.code).toBe('limit.time')
  })
})

describe('REAL_CLOCK', () => {
  it('never wakes before its time', async () => {
    const early = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const dueAtMs = REAL_CLOCK.nowMs() + i + 0.9
        return new Promise<number>((resolve) =>
          REAL_CLOCK.after(dueAtMs - REAL_CLOCK.nowMs(), () => resolve(dueAtMs - REAL_CLOCK.nowMs())),
        )
      }),
    )
    expect(Math.max(...early)).toBeLessThanOrEqual(0)
  })
})
