/**
 * Journeys of the page of metrics: what requests leave on it, where it can be read, and that its figures are those of headers and rows.
 */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createGatewayMetrics } from '../src/telemetry/gateway-metrics.ts'
import { DEFAULT_FAULTS } from '../src/upstream/faults.ts'
import { renderMetrics } from '../src/telemetry/exposition.ts'
import {
  answering,
  chatBody,
  http,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
  piece,
  LAST_PIECE,
} from './gateway-support.ts'
import { readExposition, type ReadSample } from './read-exposition.ts'

const FAILING = {
  small: answering('small'),
  large: ({ socket }: { socket: { write(text: string): unknown } }) => void socket.write(http(500, '{}')),
}

function matches(sample: ReadSample, labels: Record<string, string>): boolean {
  return Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
}

async function scrape(url: string): Promise<(name: string, labels?: Record<string, string>) => number> {
  const samples = readExposition(await (await fetch(url)).text(), false)
  return (name, labels = {}) =>
    samples
      .filter((sample) => sample.name === name && matches(sample, labels))
      .reduce((sum, { value }) => sum + value, 0)
}

describe('metrics', () => {
  it('are on a listener of their own, and not on the port of callers unless that is configured', async () => {
    const answers = { small: answering('small'), large: answering('large') }
    const { gateway } = await startFleet(answers, { metrics: { listen: { port: 0 } } })
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404)
    const page = await fetch(gateway.metricsUrl ?? '')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect((await fetch(gateway.metricsUrl ?? '', { method: 'POST' })).status).toBe(404)
    const other = await startFleet(answers, { metrics: { path: '/metrics' } })
    expect((await fetch(`${other.gateway.url}/metrics`)).status).toBe(200)
    expect((await fetch(`${other.gateway.url}/metrics`, { method: 'POST' })).status).toBe(405)
    expect(other.gateway.metricsUrl).toBeUndefined()
  })

  it('count requests, tokens, money and our own time as headers say them', async () => {
    const { gateway } = await startFleet(
      { small: answering('small'), large: answering('large') },
      { metrics: { path: '/metrics' } },
    )
    const chat = `${gateway.url}/v1/chat/completions`
    let overheadMs = 0
    for (const text of ['easy', 'easy', 'hard']) {
      const answer = await post(chat, chatBody(text))
      await answer.text()
      overheadMs += Number(answer.headers.get('x-weir-overhead-ms'))
    }
    const value = await scrape(`${gateway.url}/metrics`)
    expect(value('weir_requests_total', { model: 'small', status: '2xx', policy: 'route' })).toBe(2)
    expect(value('weir_requests_total', { model: 'large', reason: 'score_below_threshold' })).toBe(1)
    // Each answer reports 12 tokens in and 34 out; prices are 1 and 2 USD a million for small, 10 and 20 for large.
    expect(value('weir_tokens_total', { model: 'small', kind: 'output' })).toBe(68)
    expect(value('weir_cost_usd_total', { model: 'small' })).toBeCloseTo((2 * (12 + 68)) / 1e6, 12)
    expect(value('weir_cost_usd_total', { model: 'large' })).toBeCloseTo((120 + 680) / 1e6, 12)
    expect(value('weir_overhead_seconds_count')).toBe(3)
    expect(value('weir_overhead_seconds_sum')).toBeCloseTo(overheadMs / 1000, 5)
    expect(value('weir_running_requests')).toBe(0)
  })

  it('count failures, failovers and requests turned away', async () => {
    const { gateway } = await startFleet(FAILING, { metrics: { path: '/metrics' } })
    const chat = `${gateway.url}/v1/chat/completions`
    expect((await post(chat, chatBody('hard'))).status).toBe(200)
    expect((await post(chat, '{')).status).toBe(400)
    expect((await fetch(`${gateway.url}/nowhere`)).status).toBe(404)
    const value = await scrape(`${gateway.url}/metrics`)
    expect(value('weir_failovers_total', { model: 'large' })).toBe(1)
    expect(
      value('weir_attempts_total', { model: 'large', code: 'upstream.refused', verdict: 'failed' }),
    ).toBe(1)
    expect(value('weir_requests_total', { model: 'small', reason: 'failover', status: '2xx' })).toBe(1)
    expect(value('weir_requests_total', { policy: 'refused', status: '4xx' })).toBe(2)
    expect(value('weir_errors_total', { code: 'request.body' })).toBe(1)
    expect(value('weir_errors_total', { code: 'request.route' })).toBe(1)
  })

  it('count streams with their first bytes and their usage, and those that break off', async () => {
    const events = streamEvents('small', ['a', 'b'])
    const { gateway } = await startFleet(
      {
        small: ({ socket }) => {
          socket.write(SSE_HEAD)
          for (const event of events) socket.write(piece(event))
          socket.write(LAST_PIECE)
        },
        large: ({ socket }) => {
          socket.write(SSE_HEAD)
          socket.write(piece(events[0] ?? ''), () => socket.destroy())
        },
      },
      { metrics: { path: '/metrics' } },
    )
    const chat = `${gateway.url}/v1/chat/completions`
    for (const text of ['easy', 'hard']) await (await post(chat, chatBody(text, { stream: true }))).text()
    const value = await scrape(`${gateway.url}/metrics`)
    expect(value('weir_first_token_seconds_count')).toBe(2)
    expect(value('weir_attempt_first_byte_seconds_count', { model: 'small' })).toBe(1)
    expect(value('weir_tokens_total', { model: 'small', kind: 'input' })).toBe(12)
    expect(value('weir_errors_total', { code: 'upstream.bad_body' })).toBe(1)
    expect(value('weir_attempts_total', { model: 'large', verdict: 'failed' })).toBe(1)
    expect(value('weir_request_duration_seconds_count', { stream: 'true' })).toBe(2)
  })
})

describe('metrics of the parts around a request', () => {
  it('say what the cache, the store and the breakers do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-metrics-'))
    const { gateway } = await startFleet(FAILING, {
      metrics: { path: '/metrics' },
      record: { path: join(folder, 'o.sqlite') },
      cache: { entries: 10, bytes: 1_000_000, ttlMs: 60_000, when: 'always' },
      faults: { ...DEFAULT_FAULTS, breaker: { ...DEFAULT_FAULTS.breaker, failures: 1, fraction: 0 } },
    })
    const chat = `${gateway.url}/v1/chat/completions`
    for (const text of ['easy', 'easy', 'hard']) await (await post(chat, chatBody(text))).text()
    const value = await scrape(`${gateway.url}/metrics`)
    expect(value('weir_cache_lookups_total', { result: 'hit' })).toBe(1)
    expect(value('weir_cache_lookups_total', { result: 'miss' })).toBe(2)
    expect(value('weir_upstream_breaker_state', { model: 'large', upstream: '1' })).toBe(2)
    expect(value('weir_upstream_breaker_state', { model: 'small', upstream: '1' })).toBe(0)
    expect(value('weir_upstream_outstanding_calls')).toBe(0)
    expect(value('weir_store_spooling') + value('weir_store_dropped_rows_total')).toBe(0)
    await gateway.close()
    await rm(folder, { recursive: true, force: true })
  })
})

describe('docs/telemetry.md', () => {
  it('lists exactly the metrics there are, each with its labels', () => {
    const { exposed } = createGatewayMetrics({ version: '1' })
    const { text } = renderMetrics(exposed, undefined)
    const named = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
    const page = readFileSync(join(import.meta.dirname, '../../../docs/telemetry.md'), 'utf8')
    const listed = [...page.matchAll(/^\| `((?:weir|process)_\w+)` \|/gm)].map(([, name]) => name)
    const fromElsewhere = [...page.matchAll(/^\| `(weir_(?:store|upstream)_\w+)` \|/gm)].map(
      ([, name]) => name,
    )
    expect(listed.filter((name) => !fromElsewhere.includes(name)).toSorted()).toEqual(
      named.filter((name) => name !== 'weir_upstream_calls_total').toSorted(),
    )
    expect(fromElsewhere).toContain('weir_upstream_calls_total')
  })
})
