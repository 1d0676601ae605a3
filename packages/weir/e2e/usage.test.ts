/** Usage: counts that add up to the rows they were made of, and what is asked of them. */
import * as fc from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LiveOutcome } from '../src/record/live-outcome.ts'
import { bucketOf, LATENCY_BUCKETS, quantileOf } from '../src/record/latency-histogram.ts'
import { openOutcomeStore } from '../src/record/store.ts'
import { StoreFile } from '../src/record/store-file.ts'
import { readUsage } from '../src/record/usage-file.ts'
import { DIMENSIONS } from '../src/record/usage-tally.ts'
import { SILENT } from '../src/telemetry/log.ts'
import { weir } from './cli-support.ts'
import { makeFolder, outcome, type TemporaryStore } from './store-support.ts'

let place: TemporaryStore
beforeEach(async () => {
  place = await makeFolder()
})
afterEach(() => place.remove())

async function record(rows: readonly LiveOutcome[]): Promise<void> {
  const store = await openOutcomeStore({ path: place.path, log: SILENT })
  for (const row of rows) store.append(row)
  await store.close()
}

const DECISION = outcome('x').decision

/** A draft of the small model that was judged by another call and thrown away, and the large model's answer. */
const ESCALATED = outcome('escalated', {
  servedAt: '2026-11-20T23:59:59.999Z',
  key: 'team-a',
  decision: { ...DECISION, id: 'escalated', policy: 'cascade', level: 0.95, mode: 'promise' },
  models: { large: { costUsd: 0.5 }, small: { costUsd: 0.1 } },
  attempts: [
    {
      model: 'small',
      latencyMs: 100,
      costUsd: 0.1,
      inputTokens: 10,
      outputTokens: 20,
      reason: 'first_stage',
      verdict: 'escalate',
      checks: [
        { purpose: 'judge', model: 'large', latencyMs: 50, costUsd: 0.25, inputTokens: 30, outputTokens: 1 },
      ],
    },
    {
      model: 'large',
      latencyMs: 1000,
      costUsd: 0.5,
      inputTokens: 10,
      outputTokens: 40,
      reason: 'answer_below_threshold',
      verdict: 'accept',
    },
  ],
  calls: 3,
})
const FAILED = outcome('failed', {
  servedAt: '2026-11-21T00:00:00.000Z',
  key: 'team-b',
  models: {},
  attempts: [{ model: 'small', latencyMs: 10, error: 'upstream.connect', verdict: 'failed' }],
})
const UNPRICED = outcome('unpriced', { servedAt: '2026-11-21T07:00:00.000Z' })
const HIT = outcome('hit', {
  servedAt: '2026-11-21T07:59:00.000Z',
  key: 'team-a',
  attempts: [],
  models: { small: {} },
  calls: 0,
  costUsd: 0,
  cached: true,
})
const ROWS = [ESCALATED, FAILED, UNPRICED, HIT]

const pairs = (query: Parameters<typeof readUsage>[1]): readonly (readonly [string, number])[] =>
  readUsage(place.path, query).rows.map(({ value, requests }) => [value, requests] as const)

describe('usage of four rows, by hand', () => {
  it('by model: calls, cost and tokens are those of its own calls; a request is one, where its answer came from', async () => {
    await record(ROWS)
    const { rows, total } = readUsage(place.path, { by: 'model' })
    expect(rows).toEqual([
      {
        value: 'large',
        requests: 1,
        failed: 0,
        cacheHits: 0,
        calls: 2,
        unpriced: 0,
        costUsd: 0.75,
        inputTokens: 40,
        outputTokens: 41,
        // 50 ms lies in (45.3, 64] and 1000 ms in (724, 1024]: the geometric middles.
        p50Ms: 53.82,
        p95Ms: 861.08,
        p99Ms: 861.08,
      },
      expect.objectContaining({
        value: 'small',
        requests: 3,
        failed: 1,
        cacheHits: 1,
        calls: 3,
        unpriced: 1,
        costUsd: 0.1,
        inputTokens: 10,
        outputTokens: 20,
      }),
    ])
    expect(total).toMatchObject({ requests: 4, failed: 1, cacheHits: 1, calls: 5, costUsd: 0.85 })
  })

  it('by day, hour, key, reason and verdict, of a model, of a key, and since', async () => {
    await record(ROWS)
    expect(pairs({ by: 'day' })).toEqual([
      ['2026-11-20T00:00:00.000Z', 1],
      ['2026-11-21T00:00:00.000Z', 3],
    ])
    expect(pairs({ by: 'hour', since: new Date('2026-11-21T07:30:00Z') })).toEqual([
      ['2026-11-21T07:00:00.000Z', 2],
    ])
    expect(pairs({ by: 'all', since: new Date('2026-11-21T00:30:00Z') })).toEqual([['', 3]])
    expect(pairs({ by: 'all', until: new Date('2026-11-21T00:00:00Z') })).toEqual([['', 1]])
    expect(pairs({ by: 'key' })).toEqual([
      ['team-a', 2],
      ['', 1],
      ['team-b', 1],
    ])
    expect(pairs({ by: 'model', key: 'team-a' })).toEqual([
      ['large', 1],
      ['small', 1],
    ])
    expect(pairs({ by: 'day', model: 'small' })).toEqual([
      ['2026-11-20T00:00:00.000Z', 0],
      ['2026-11-21T00:00:00.000Z', 3],
    ])
    expect(Object.fromEntries(pairs({ by: 'reason' }))).toEqual({
      answer_below_threshold: 1,
      check: 0,
      first_stage: 0,
      cache: 1,
      model_named: 2,
    })
    expect(Object.fromEntries(pairs({ by: 'verdict' }))).toEqual({
      accept: 2,
      escalate: 0,
      judge: 0,
      failed: 1,
      none: 1,
    })
    expect(() => readUsage(place.path, { by: 'reason', key: 'team-a' })).toThrow(/cannot be shown by reason/)
  })

  it('the gateway\u2019s own store answers the same', async () => {
    const store = await openOutcomeStore({ path: place.path, log: SILENT })
    for (const row of ROWS) store.append(row)
    const report = await store.queryUsage({ by: 'model' })
    await store.close()
    expect(report).toEqual(readUsage(place.path, { by: 'model' }))
  })

  it('a store of version 1 is counted from its rows', async () => {
    await record(ROWS)
    const wanted = readUsage(place.path, { by: 'key' })
    const database = new DatabaseSync(place.path)
    database.exec('DROP TABLE usage; DROP TABLE meta; PRAGMA user_version = 1')
    database.close()
    expect(readUsage(place.path, { by: 'key' })).toEqual(wanted)
  })
})

describe('sums', () => {
  it('every dimension adds up to the same, whatever the rows', async () => {
    const models = fc.constantFrom('a', 'b')
    const attempt = fc.record({
      model: models,
      latencyMs: fc.double({ min: 0, max: 1e6, noNaN: true }),
      costUsd: fc.constantFrom(0, 0.25, 0.5),
      inputTokens: fc.nat(1000),
      outputTokens: fc.nat(1000),
      verdict: fc.constantFrom('accept', 'escalate', 'failed'),
    })
    const row = fc.record({
      key: fc.constantFrom('k1', 'k2', ''),
      hour: fc.nat(100),
      attempts: fc.array(attempt, { maxLength: 3 }),
    })
    const [made = []] = fc.sample(fc.array(row, { minLength: 200, maxLength: 300 }), { numRuns: 1, seed: 7 })
    const rows = made.map(({ key, hour, attempts }, i) =>
      outcome(`id-${i}`, {
        key,
        servedAt: new Date(Date.UTC(2026, 10, 1, hour)).toISOString(),
        attempts: attempts as LiveOutcome['attempts'],
      }),
    )
    await record(rows)
    const calls = made.flatMap(({ attempts }) => attempts)
    const wanted = {
      requests: made.length,
      calls: calls.length,
      costUsd: calls.reduce((sum, { costUsd }) => sum + costUsd, 0),
      inputTokens: calls.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    }
    for (const by of [...DIMENSIONS, 'model', 'day', 'hour'] as const) {
      expect(readUsage(place.path, { by }).total, by).toMatchObject(wanted)
    }
  })
})

describe('the latency histogram', () => {
  it('a percentile is within a factor of 2^(1/4) of the true one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.9, max: 500_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (latencies, share) => {
          const counts = Array.from({ length: LATENCY_BUCKETS }, () => 0)
          for (const latency of latencies) counts[bucketOf(latency)]! += 1
          const exact = latencies.toSorted((a, b) => a - b)[
            Math.max(0, Math.ceil(share * latencies.length) - 1)
          ]!
          const ratio = quantileOf(counts, share)! / exact
          expect(ratio).toBeLessThan(2 ** 0.25 * 1.01)
          expect(ratio).toBeGreaterThan(2 ** -0.25 * 0.99)
        },
      ),
    )
    expect(quantileOf([], 0.5)).toBeUndefined()
    expect([0, Number.NaN, 1e9].map(bucketOf)).toEqual([0, 0, LATENCY_BUCKETS - 1])
  })
})

describe('weir usage', () => {
  it('prints a table, and one object with --json', async () => {
    await record(ROWS)
    const table = await weir(['usage', '--store', place.path, '--by', 'key'])
    expect(table).toMatchObject({ code: 0, err: '' })
    expect(table.out).toMatch(/^key +requests/)
    expect(table.out).toMatch(/total +4 +25\.0% +25\.0% +5 +\$0\.85/)
    expect(table.out).toContain('cost is without 1 call ')
    const json = await weir([
      'usage',
      '--store',
      place.path,
      '--by',
      'day',
      '--since',
      '2026-11-21',
      '--json',
    ])
    expect(JSON.parse(json.out)).toMatchObject({ by: 'day', total: { requests: 3 }, uncountedRows: 0 })
  })

  it.each([
    [['--by', 'colour'], /--by/],
    [['--since', 'yesterday'], /must be a day/],
    [['--by', 'reason', '--key', 'a'], /cli\.usage/],
  ])('%j is refused', async (options, message) => {
    await record(ROWS)
    const { code, err } = await weir(['usage', '--store', place.path, ...options])
    expect(code).toBe(2)
    expect(err).toMatch(message)
  })

  it('a file that is no store is refused', async () => {
    expect(await weir(['usage', '--store', place.folder])).toMatchObject({ code: 2 })
  })
})

describe('two processes on one store', () => {
  it('count each row once, though both have gathered it', () => {
    const [one, two] = [new StoreFile({ path: place.path }), new StoreFile({ path: place.path })]
    one.write(Array.from({ length: 30 }, (_, i) => JSON.stringify(outcome(`row-${i}`))))
    // Each holds ten rows in memory, neither has written a count.
    expect([one.countRows(10), two.countRows(10)]).toEqual([true, true])
    while (one.countRows());
    two.write([JSON.stringify(outcome('late'))])
    while (two.countRows());
    const counted = one.database.prepare(
      "SELECT sum(requests) AS n FROM usage WHERE span = 'day' AND dimension = 'all'",
    )
    expect(counted.get()?.['n']).toBe(31)
    one.close()
    two.close()
  })
})
