import { describe, expect, it } from 'vitest'
import { createRng } from '@weir/core'
import { renderMetrics } from './exposition.ts'
import { createGatewayMetrics } from './gateway-metrics.ts'
import type { ObservedEnd, ObservedRequest } from './observer.ts'
import { readExposition } from '../../e2e/read-exposition.ts'

/** Series of all families when every label and family is full; raising it is a decision. */
const SERIES = 4_500

function request(extra: Partial<ObservedRequest> = {}): ObservedRequest {
  return {
    id: 'id',
    dialect: 'chat',
    startedAtMs: 0,
    policy: 'route',
    ask: { kind: 'quality', quality: 0.9 },
    wantsStream: false,
    messages: [],
    headers: {},
    ...extra,
  }
}

function end(model: string, extra: Partial<ObservedEnd> = {}): ObservedEnd {
  return {
    decision: undefined,
    attempts: [
      {
        model,
        reason: 'score_at_or_above_threshold',
        startedAtMs: 0,
        latencyMs: 30,
        verdict: 'accept',
        isGiven: true,
        usage: { inputTokens: 10, outputTokens: 20 },
        costUsd: 0.5,
      },
    ],
    abstained: false,
    error: undefined,
    status: 200,
    overheadMs: 0.2,
    headMs: 30,
    durationMs: 40,
    text: undefined,
    ...extra,
  }
}

describe('createGatewayMetrics', () => {
  it('counts a request, its attempt, its money and its times', () => {
    const metrics = createGatewayMetrics({ version: '1' })
    metrics.observer.begin(request())?.end(end('m'))
    const samples = readExposition(renderMetrics(metrics.exposed, undefined).text, false)
    const valueOf = (name: string): number | undefined => samples.find((one) => one.name === name)?.value
    expect(samples.find(({ name }) => name === 'weir_requests_total')).toEqual({
      family: 'weir_requests_total',
      name: 'weir_requests_total',
      labels: {
        dialect: 'chat',
        policy: 'route',
        reason: 'score_at_or_above_threshold',
        model: 'm',
        status: '2xx',
      },
      value: 1,
    })
    expect(valueOf('weir_cost_usd_total')).toBe(0.5)
    expect(valueOf('weir_overhead_seconds_sum')).toBe(0.0002)
    expect(valueOf('weir_request_duration_seconds_sum')).toBe(0.04)
    expect(valueOf('weir_running_requests')).toBe(0)
  })

  it('keeps a bounded number of series and a bounded page under 100,000 random models, dialects and codes', () => {
    const metrics = createGatewayMetrics({ version: '1' })
    metrics.reserveModels(['mine'])
    const rng = createRng(1)
    const random = (): string => `x"\n\\${rng.int(2 ** 32).toString(36)}`
    for (let i = 0; i < 100_000; i += 1) {
      const model = random()
      const observation = metrics.observer.begin(request({ dialect: random(), wantsStream: i % 2 === 0 }))
      observation?.end(end(model, { error: random() as never, status: 200 + (i % 400) }))
      metrics.observer.refuse?.({ dialect: 'chat', code: random() as never, status: 404 })
    }
    metrics.observer.begin(request())?.end(end('mine'))
    const { text } = renderMetrics(metrics.exposed, 'application/openmetrics-text; version=1.0.0')
    const samples = readExposition(text, true)
    const kept = samples.find(({ name }) => name === 'weir_metric_series')?.value ?? Infinity
    expect(kept).toBeLessThan(SERIES)
    const requests = samples.filter(({ name }) => name === 'weir_requests_total')
    expect(requests.length).toBeLessThanOrEqual(1001)
    expect(requests.reduce((sum, { value }) => sum + value, 0)).toBe(200_001)
    expect(samples.filter(({ family }) => family === 'weir_cost_usd').length).toBeLessThanOrEqual(101)
    expect(samples).toContainEqual(
      expect.objectContaining({ name: 'weir_cost_usd_total', labels: { model: 'mine' }, value: 0.5 }),
    )
    const other = samples.find(
      ({ name, labels }) => name === 'weir_cost_usd_total' && labels['model'] === 'other',
    )
    // 99 of the random names have series of their own: the label keeps 100, of which one is reserved.
    expect(other?.value).toBe((100_000 - 99) * 0.5)
  })
})
