/**
 * GenAI metrics: histograms by OpenTelemetry's names for whoever collects through its SDK. The page for Prometheus is gateway-metrics.ts.
 *
 * Source: semantic conventions 1.41.0, docs/gen-ai/gen-ai-metrics.md; names, units and buckets as there. Labels hold names of the
 * configuration only, so their number is bounded.
 */
import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import type { Attempt } from '@weir/core'
import { DURATION_BOUNDS } from './gateway-metrics.ts'
import type { ObservedAttempt, ObservedEnd, ObservedRequest, Observer } from './observer.ts'
import { NAMES, operationOf, SEMCONV, type SemconvNames, type SemconvVersion } from './semconv.ts'
import type { FactTable } from './upstream-facts.ts'

/** Tokens. From 1, four times as much each, to 67,108,864. */
const TOKEN_BOUNDS = Array.from({ length: 14 }, (_, i) => 4 ** i)
/** Seconds. */
const FIRST_TOKEN_BOUNDS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]
/** Seconds. */
const PER_TOKEN_BOUNDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]

export interface GenAiMetricsOptions {
  readonly meter: Meter
  readonly semconv: SemconvVersion
  readonly facts: FactTable
}

interface Instruments {
  readonly tokens: Histogram
  readonly duration: Histogram
  readonly firstChunk: Histogram | undefined
  readonly requestDuration: Histogram
  readonly firstToken: Histogram
  readonly perToken: Histogram
}

export function createGenAiMetrics({ meter, semconv, facts }: GenAiMetricsOptions): Observer {
  const names = SEMCONV[semconv]
  const instruments = createInstruments(meter, names)
  return {
    begin: (request) => ({
      end(end) {
        for (const attempt of end.attempts) {
          recordCall(instruments, attempt, toLabels(attempt, names, facts))
          for (const check of attempt.score?.calls ?? []) {
            recordCall(instruments, check, toLabels(check, names, facts))
          }
        }
        recordRequest(instruments, { request, end, names })
      },
    }),
  }
}

function createInstruments(meter: Meter, { firstChunkMetric }: SemconvNames): Instruments {
  const create = (name: string, unit: string, bounds: readonly number[]): Histogram =>
    meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries: [...bounds] } })
  return {
    tokens: create('gen_ai.client.token.usage', '{token}', TOKEN_BOUNDS),
    duration: create('gen_ai.client.operation.duration', 's', DURATION_BOUNDS),
    firstChunk: firstChunkMetric === undefined ? undefined : create(firstChunkMetric, 's', DURATION_BOUNDS),
    requestDuration: create('gen_ai.server.request.duration', 's', DURATION_BOUNDS),
    firstToken: create('gen_ai.server.time_to_first_token', 's', FIRST_TOKEN_BOUNDS),
    perToken: create('gen_ai.server.time_per_output_token', 's', PER_TOKEN_BOUNDS),
  }
}

function toLabels({ model, purpose = 'answer' }: Attempt, names: SemconvNames, facts: FactTable): Attributes {
  const upstream = facts.get(model)
  return {
    [NAMES.operation]: operationOf(purpose),
    [NAMES.requestModel]: upstream?.upstreamModel ?? model,
    ...(upstream === undefined
      ? {}
      : {
          [names.provider]: upstream.provider,
          [NAMES.address]: upstream.address,
          [NAMES.port]: upstream.port,
        }),
  }
}

function recordCall(instruments: Instruments, attempt: Attempt | ObservedAttempt, labels: Attributes): void {
  const { latencyMs, error, usage, calls } = attempt
  if (calls === 0) return
  const failed = error === undefined ? labels : { ...labels, [NAMES.error]: error.code }
  if (latencyMs !== undefined) instruments.duration.record(latencyMs / 1000, failed)
  if ('firstByteMs' in attempt && attempt.firstByteMs !== undefined) {
    instruments.firstChunk?.record(attempt.firstByteMs / 1000, labels)
  }
  const counts = [
    ['input', usage?.inputTokens],
    ['output', usage?.outputTokens],
  ] as const
  for (const [type, count] of counts) {
    if (count !== undefined) instruments.tokens.record(count, { ...labels, [NAMES.tokenType]: type })
  }
}

interface Ended {
  readonly request: ObservedRequest
  readonly end: ObservedEnd
  readonly names: SemconvNames
}

/** Weir as the server that its callers see. */
function recordRequest(instruments: Instruments, { request, end, names }: Ended): void {
  const { error, attempts, durationMs, headMs } = end
  const { ask, wantsStream } = request
  const given = attempts.find(({ isGiven }) => isGiven)
  const labels: Attributes = {
    [NAMES.operation]: 'chat',
    [names.provider]: 'weir',
    [NAMES.requestModel]: ask.kind === 'model' ? ask.model : 'weir',
    ...(given === undefined ? {} : { [NAMES.responseModel]: given.model }),
  }
  const failed = error === undefined ? labels : { ...labels, [NAMES.error]: error }
  instruments.requestDuration.record(durationMs / 1000, failed)
  if (!wantsStream || headMs === undefined || error !== undefined) return
  instruments.firstToken.record(headMs / 1000, labels)
  const outputTokens = given?.usage?.outputTokens ?? 0
  if (outputTokens > 1) instruments.perToken.record((durationMs - headMs) / 1000 / (outputTokens - 1), labels)
}
