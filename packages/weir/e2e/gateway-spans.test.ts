/**
 * Journeys of traces and of OpenTelemetry's metrics, with the SDK's own in-memory exporters: which spans a request leaves, how they hang
 * together with those of the caller and the upstream, and what is in them.
 */
import { SpanStatusCode } from '@opentelemetry/api'
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type MetricData,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { createGenAiMetrics } from '../src/telemetry/genai-metrics.ts'
import type { Observer } from '../src/telemetry/observer.ts'
import { SEMCONV, type SemconvVersion } from '../src/telemetry/semconv.ts'
import { createSpanObserver } from '../src/telemetry/spans.ts'
import { createFactTable, type FactTable } from '../src/telemetry/upstream-facts.ts'
import { replying, startCascade } from './cascade-support.ts'
import {
  answering,
  chatBody,
  http,
  LAST_PIECE,
  piece,
  post,
  SSE_HEAD,
  startFleet,
  streamEvents,
} from './gateway-support.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'

function factsOf(semconv: SemconvVersion): FactTable {
  const facts = createFactTable(SEMCONV[semconv])
  facts.set([
    { model: 'small', baseUrl: 'http://small.example:8080', upstreamModel: 'small-7b' },
    { model: 'large', baseUrl: 'https://large.example/v1', provider: 'anthropic' },
  ])
  return facts
}

interface Traced {
  readonly observer: Observer
  readonly spans: () => readonly ReadableSpan[]
}

function startTracing(semconv: SemconvVersion = '1.41', content = false): Traced {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('weir')
  return {
    observer: createSpanObserver({ tracer, semconv, facts: factsOf(semconv), content }),
    spans: () => exporter.getFinishedSpans(),
  }
}

const BOTH = { small: answering('small'), large: answering('large') }
const idOf = (span: ReadableSpan | undefined): string | undefined => span?.spanContext().spanId

describe('spans', () => {
  it('are one for the request, one for the decision, one for each attempt, under the span of the caller', async () => {
    const { observer, spans } = startTracing()
    const { gateway, small } = await startFleet(BOTH, { observers: [observer] })
    await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), {
      traceparent: `00-${TRACE}-${PARENT}-01`,
      tracestate: 'a=1',
    })
    const [attempt, decide, request] = [...spans()].toSorted((a, b) => a.name.localeCompare(b.name))
    expect([...spans()].map(({ name }) => name).toSorted()).toEqual(['chat small', 'chat weir', 'decide'])
    const named = (name: string): ReadableSpan | undefined => spans().find((span) => span.name === name)
    expect([attempt, decide, request].every((span) => span?.spanContext().traceId === TRACE)).toBe(true)
    expect(named('chat weir')?.parentSpanContext?.spanId).toBe(PARENT)
    for (const name of ['decide', 'chat small']) {
      expect(named(name)?.parentSpanContext?.spanId).toBe(idOf(named('chat weir')))
    }
    expect(named('chat small')?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'small-7b',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 34,
      'server.address': 'small.example',
      'server.port': 8080,
      'weir.model': 'small',
      'weir.reason': 'score_at_or_above_threshold',
      'weir.verdict': 'accept',
    })
    expect(named('decide')?.attributes).toMatchObject({ 'weir.model': 'small', 'weir.score': 0.875 })
    expect(named('chat weir')?.attributes).toMatchObject({
      'gen_ai.provider.name': 'weir',
      'gen_ai.request.model': 'weir',
      'gen_ai.response.model': 'small',
      'http.response.status_code': 200,
      'weir.dialect': 'chat',
    })
    const head = small.seen[0]?.head ?? ''
    expect(head).toContain(`traceparent: 00-${TRACE}-${idOf(named('chat small'))}-01`)
    expect(head).toContain('tracestate: a=1')
    expect(head).not.toContain(PARENT)
  })

  it.each([
    ['not hexadecimal', `00-${TRACE.replace('0', 'x')}-${PARENT}-01`],
    ['no trace', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['no span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['more than version 00 has', `00-${TRACE}-${PARENT}-01-x`],
    ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['too short', '00-1-2-01'],
  ])('ignore a malformed parent: %s', async (_, traceparent) => {
    const { observer, spans } = startTracing()
    for (const observers of [[observer], []]) {
      const { gateway, small } = await startFleet(BOTH, { observers })
      const answer = await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'), {
        traceparent,
        tracestate: 'a=1',
      })
      expect(answer.status).toBe(200)
      expect(small.seen[0]?.head).not.toContain(traceparent)
      expect(small.seen[0]?.head).not.toContain('tracestate')
    }
    const request = spans().find(({ name }) => name === 'chat weir')
    expect(request?.parentSpanContext).toBeUndefined()
    expect(request?.spanContext().traceId).not.toBe(TRACE)
  })

  it('name the error of a failed attempt and go on with the next', async () => {
    const { observer, spans } = startTracing()
    const { gateway } = await startFleet(
      { small: BOTH.small, large: ({ socket }) => void socket.write(http(500, '{}')) },
      { observers: [observer] },
    )
    await post(`${gateway.url}/v1/chat/completions`, chatBody('hard'))
    const failed = spans().find(({ name }) => name === 'chat large')
    expect(failed?.status.code).toBe(SpanStatusCode.ERROR)
    expect(failed?.attributes).toMatchObject({
      'error.type': 'upstream.refused',
      'gen_ai.provider.name': 'anthropic',
      'weir.verdict': 'failed',
    })
    const second = spans().find(({ name }) => name === 'chat small')
    expect(second?.attributes['weir.reason']).toBe('failover')
    expect(spans().find(({ name }) => name === 'chat weir')?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('of a stream last to its end and know its usage', async () => {
    const { observer, spans } = startTracing()
    const { gateway } = await startFleet(
      {
        small({ socket }) {
          socket.write(SSE_HEAD)
          for (const event of streamEvents('small', ['a'])) socket.write(piece(event))
          socket.write(LAST_PIECE)
        },
        large: ({ socket }) => {
          socket.write(SSE_HEAD)
          socket.write(piece(streamEvents('large', [])[0] ?? ''), () => socket.destroy())
        },
      },
      { observers: [observer] },
    )
    for (const text of ['easy', 'hard']) {
      await (await post(`${gateway.url}/v1/chat/completions`, chatBody(text, { stream: true }))).text()
    }
    const good = spans().find(({ name }) => name === 'chat small')
    expect(good?.attributes).toMatchObject({
      'gen_ai.usage.output_tokens': 34,
      'gen_ai.response.time_to_first_chunk': expect.any(Number) as number,
    })
    const broken = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(broken.map(({ name }) => name).toSorted()).toEqual(['chat large', 'chat weir'])
    const requests = spans().filter(({ name }) => name === 'chat weir')
    expect(requests.every(({ attributes }) => attributes['gen_ai.request.stream'] === true)).toBe(true)
  })

  it('have one for each check of an answer', async () => {
    const { observer, spans } = startTracing()
    const { chat } = await startCascade({
      scorers: [{ signal: 'judge', model: 'large' }],
      small: replying('small', { text: 'Perhaps 5' }),
      large: replying('large', { text: '2' }),
      observers: [observer],
    })
    const answer = await post(chat, chatBody('hard'))
    expect(answer.headers.get('x-weir-calls')).toBe('3')
    expect(
      spans()
        .filter(({ name }) => name.startsWith('chat ') && name !== 'chat weir')
        .map(({ name, attributes }) => [name, attributes['weir.purpose'], attributes['weir.verdict']]),
    ).toEqual([
      ['chat large', 'judge', undefined],
      ['chat small', 'answer', 'escalate'],
      ['chat large', 'answer', 'accept'],
    ])
  })

  it('have the names of the version that is asked for', async () => {
    const { observer, spans } = startTracing('1.36')
    const { gateway } = await startFleet(BOTH, { observers: [observer] })
    await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'))
    const names = spans().flatMap(({ attributes }) => Object.keys(attributes))
    expect(names).toContain('gen_ai.system')
    expect(names).not.toContain('gen_ai.provider.name')
  })

  it('hold messages and answers only where that is configured', async () => {
    for (const content of [false, true]) {
      const { observer, spans } = startTracing('1.41', content)
      const { gateway } = await startFleet(
        { ...BOTH, small: answering('small', 'the answer is mauve') },
        { observers: [observer] },
      )
      const body = JSON.stringify({
        model: 'weir',
        messages: [
          { role: 'system', content: 'be brief' },
          { role: 'user', content: [{ type: 'text', text: 'easy, which colour' }, { type: 'image_url' }] },
        ],
      })
      await post(`${gateway.url}/v1/chat/completions`, body.replace(',{"type":"image_url"}', ''))
      const attributes = spans().find(({ name }) => name === 'chat weir')?.attributes ?? {}
      const text = JSON.stringify(spans().map((span) => span.attributes))
      expect(text.includes('mauve')).toBe(content)
      expect(text.includes('which colour')).toBe(content)
      if (!content) continue
      expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toEqual([
        { role: 'user', parts: [{ type: 'text', content: 'easy, which colour' }] },
      ])
      expect(JSON.parse(String(attributes['gen_ai.output.messages']))).toEqual([
        {
          role: 'assistant',
          parts: [{ type: 'text', content: 'the answer is mauve' }],
          finish_reason: 'stop',
        },
      ])
    }
  })
})

function boundsOf(metric: MetricData | undefined): readonly number[] {
  const [point] = metric?.dataPointType === DataPointType.HISTOGRAM ? metric.dataPoints : []
  return point?.value.buckets.boundaries ?? []
}

describe('GenAI metrics', () => {
  it('have the names, units and buckets of the conventions', async () => {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const provider = new MeterProvider({ readers: [reader] })
    const observer = createGenAiMetrics({
      meter: provider.getMeter('weir'),
      semconv: '1.41',
      facts: factsOf('1.41'),
    })
    const { gateway } = await startFleet(BOTH, { observers: [observer] })
    await post(`${gateway.url}/v1/chat/completions`, chatBody('easy'))
    await provider.forceFlush()
    const metrics = exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((one) => one.metrics))
    const found = Object.fromEntries(metrics.map((metric) => [metric.descriptor.name, metric]))
    expect(Object.keys(found).toSorted()).toEqual([
      'gen_ai.client.operation.duration',
      'gen_ai.client.token.usage',
      'gen_ai.server.request.duration',
    ])
    const tokens = found['gen_ai.client.token.usage']
    expect(tokens?.descriptor.unit).toBe('{token}')
    expect(boundsOf(tokens).at(-1)).toBe(67_108_864)
    expect(tokens?.dataPoints.map(({ attributes }) => attributes)).toContainEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'small-7b',
      'gen_ai.token.type': 'input',
      'server.address': 'small.example',
      'server.port': 8080,
    })
    expect(boundsOf(found['gen_ai.client.operation.duration'])).toEqual([
      0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ])
    await provider.shutdown()
  })
})
