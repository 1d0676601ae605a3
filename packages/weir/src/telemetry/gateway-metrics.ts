/**
 * Gateway metrics: what is counted of requests, their attempts and checks, and what the page of metrics is made of. The names, labels and
 * buckets stand in docs/telemetry.md; a test holds the two together. How good answers are is not counted here (docs/metrics.md).
 *
 * Labels hold names of the configuration and words of the code, never what a caller wrote, a key or a user.
 */
import { ERRORS, type Attempt, type ErrorCode, type Usage } from '@weir/core'
import type { Exposed, Reading } from './exposition.ts'
import type { ObservedAttempt, ObservedEnd, ObservedRequest, Observer, Refused } from './observer.ts'
import { Counter, Histogram, type Label } from './series.ts'

/** Seconds. From 10 ms doubling to 82 s: the buckets of OpenTelemetry's gen_ai.client.operation.duration. */
export const DURATION_BOUNDS: readonly number[] = Array.from({ length: 14 }, (_, i) => 2 ** i / 100)
/** Seconds. From 50 us doubling to 0.2 s: a routed request takes a few tenths of a millisecond of ours. */
export const OVERHEAD_BOUNDS: readonly number[] = Array.from({ length: 13 }, (_, i) => 2 ** i * 5e-5)

/** Models of one configuration; a fleet of more than 100 is rare. */
const MODEL: Label = { name: 'model', values: 100 }
const DIALECT: Label = { name: 'dialect', values: 12 }
/** The four policies, 'named', 'threshold' and 'refused'. */
const POLICY: Label = { name: 'policy', values: 12 }
const REASON: Label = { name: 'reason', values: 24 }
const STATUS: Label = { name: 'status', values: 6 }
/** The table of errors has fewer. */
const CODE: Label = { name: 'code', values: 100 }
const STREAM: Label = { name: 'stream', values: 2 }

/** What stands in a label that does not apply. */
const NONE = 'none'

export interface GatewayMetrics {
  readonly observer: Observer
  readonly exposed: Exposed
  /** Names that must not fall under "other"; said again when the configuration is replaced. */
  reserveModels(models: readonly string[]): void
}

export interface GatewayMetricsOptions {
  readonly version: string
  /** What else is read when a page is made. */
  readonly sources?: readonly (() => readonly Reading[])[]
}

function createFamilies() {
  return {
    requests: new Counter({
      name: 'weir_requests',
      help: 'Requests that have ended, also those turned away.',
      labels: [DIALECT, POLICY, REASON, MODEL, STATUS],
      series: 1000,
    }),
    errors: new Counter({
      name: 'weir_errors',
      help: 'Errors told to callers, by code.',
      labels: [CODE],
      series: 100,
    }),
    attempts: new Counter({
      name: 'weir_attempts',
      help: 'Models tried for an answer, by what became of it.',
      labels: [MODEL, REASON, { name: 'verdict', values: 5 }, CODE],
      series: 1000,
    }),
    checks: new Counter({
      name: 'weir_checks',
      help: 'Calls made to judge an answer.',
      labels: [MODEL, { name: 'purpose', values: 4 }, CODE],
      series: 200,
    }),
    escalations: new Counter({
      name: 'weir_escalations',
      help: 'Answers read and not good enough, by the model that gave them.',
      labels: [MODEL],
      series: 101,
    }),
    failovers: new Counter({
      name: 'weir_failovers',
      help: 'Calls that another model took over after an error, by the model that failed.',
      labels: [MODEL],
      series: 101,
    }),
    calls: new Counter({
      name: 'weir_upstream_calls',
      help: 'Upstream calls, samples and checks among them.',
      labels: [MODEL],
      series: 101,
    }),
    cost: new Counter({
      name: 'weir_cost_usd',
      help: 'Metered cost of upstream calls, USD.',
      labels: [MODEL],
      series: 101,
    }),
    unpriced: new Counter({
      name: 'weir_unpriced_attempts',
      help: 'Answers whose cost is not known: no price or no usage.',
      labels: [MODEL],
      series: 101,
    }),
    tokens: new Counter({
      name: 'weir_tokens',
      help: 'Tokens that upstreams reported.',
      labels: [MODEL, { name: 'kind', values: 2 }],
      series: 202,
    }),
    duration: new Histogram({
      name: 'weir_request_duration_seconds',
      help: 'From the request read to its last byte.',
      labels: [POLICY, STREAM],
      series: 24,
      bounds: DURATION_BOUNDS,
    }),
    firstToken: new Histogram({
      name: 'weir_first_token_seconds',
      help: 'Streams: from the request read to the first byte of the answer.',
      labels: [POLICY],
      series: 12,
      bounds: DURATION_BOUNDS,
    }),
    attemptDuration: new Histogram({
      name: 'weir_attempt_duration_seconds',
      help: 'One attempt, from its call to its last byte or error.',
      labels: [MODEL],
      series: 101,
      bounds: DURATION_BOUNDS,
    }),
    attemptFirstByte: new Histogram({
      name: 'weir_attempt_first_byte_seconds',
      help: 'Streams: from the call to the first bytes of the upstream.',
      labels: [MODEL],
      series: 101,
      bounds: DURATION_BOUNDS,
    }),
    overhead: new Histogram({
      name: 'weir_overhead_seconds',
      help: 'Our own time up to the response head, waiting for upstreams excluded; as x-weir-overhead-ms.',
      labels: [POLICY],
      series: 12,
      bounds: OVERHEAD_BOUNDS,
    }),
    limits: new Counter({
      name: 'weir_limit_hits',
      help: 'Requests turned away by a limit of their key.',
      labels: [{ name: 'limit', values: 12 }],
      series: 12,
    }),
    cache: new Counter({
      name: 'weir_cache_lookups',
      help: 'Lookups in the response cache.',
      labels: [{ name: 'result', values: 6 }],
      series: 6,
    }),
  }
}

type Families = ReturnType<typeof createFamilies>

export function createGatewayMetrics({ version, sources = [] }: GatewayMetricsOptions): GatewayMetrics {
  const families = createFamilies()
  const list = Object.values(families)
  const running = { count: 0 }
  return {
    observer: {
      begin(request) {
        running.count += 1
        return {
          end(end) {
            running.count -= 1
            countRequest(families, request, end)
          },
        }
      },
      refuse: (refused) => countRefused(families, refused),
    },
    exposed: {
      families: list,
      sources: [() => readOwn({ version, running: running.count, list }), readProcess, ...sources],
    },
    reserveModels(models) {
      for (const family of list) family.reserve('model', models)
    },
  }
}

function countRefused(families: Families, { dialect, code, status }: Refused): void {
  families.requests.add([dialect, 'refused', NONE, NONE, toClass(status)])
  countError(families, code)
}

function countError({ errors, limits }: Families, code: ErrorCode): void {
  errors.add([code])
  if (ERRORS[code]?.status === 429) limits.add([code])
}

function countRequest(families: Families, request: ObservedRequest, end: ObservedEnd): void {
  const { decision, attempts, error, status, cache } = end
  const policy = nameOf(request)
  const told = attempts.find(({ isGiven }) => isGiven) ?? attempts.at(-1)
  const reason = told?.reason ?? decision?.reason ?? NONE
  families.requests.add([request.dialect, policy, reason, told?.model ?? NONE, toClass(status)])
  if (error !== undefined) countError(families, error)
  if (cache !== undefined) families.cache.add([cache])
  observeTimes(families, { policy, wantsStream: request.wantsStream }, end)
  attempts.forEach((attempt, i) => countAttempt(families, attempt, attempts[i + 1]))
}

interface Asked {
  readonly policy: string
  readonly wantsStream: boolean
}

function observeTimes(families: Families, { policy, wantsStream }: Asked, end: ObservedEnd): void {
  const { status, overheadMs, headMs, durationMs } = end
  families.duration.observe([policy, String(wantsStream)], durationMs / 1000)
  if (overheadMs !== undefined) families.overhead.observe([policy], overheadMs / 1000)
  if (wantsStream && headMs !== undefined && status === 200) {
    families.firstToken.observe([policy], headMs / 1000)
  }
}

/** What is asked of a request: a policy, a model by its name, or a raw cut-off. */
function nameOf({ policy, ask }: ObservedRequest): string {
  return policy ?? (ask.kind === 'model' ? 'named' : 'threshold')
}

function countAttempt(families: Families, attempt: ObservedAttempt, next: ObservedAttempt | undefined): void {
  const { model, reason = NONE, verdict = NONE, error } = attempt
  families.attempts.add([model, reason, verdict, error?.code ?? NONE])
  if (verdict === 'escalate') families.escalations.add([model])
  if (next?.reason === 'failover') families.failovers.add([model])
  observeAttempt(families, attempt)
  countCall(families, attempt)
  countChecks(families, attempt.score?.calls ?? [])
}

function observeAttempt(families: Families, { model, latencyMs, firstByteMs }: ObservedAttempt): void {
  if (latencyMs !== undefined) families.attemptDuration.observe([model], latencyMs / 1000)
  if (firstByteMs !== undefined) families.attemptFirstByte.observe([model], firstByteMs / 1000)
}

function countChecks(families: Families, checks: readonly Attempt[]): void {
  for (const check of checks) {
    families.checks.add([check.model, check.purpose ?? NONE, check.error?.code ?? NONE])
    countCall(families, check)
  }
}

function countCall(families: Families, { model, calls = 1, usage, costUsd, error }: Attempt): void {
  families.calls.add([model], calls)
  countTokens(families, model, usage)
  if (costUsd !== undefined) families.cost.add([model], costUsd)
  else if (error === undefined) families.unpriced.add([model])
}

function countTokens({ tokens }: Families, model: string, usage: Usage | undefined): void {
  if (usage?.inputTokens !== undefined) tokens.add([model, 'input'], usage.inputTokens)
  if (usage?.outputTokens !== undefined) tokens.add([model, 'output'], usage.outputTokens)
}

const CLASSES = [NONE, '1xx', '2xx', '3xx', '4xx', '5xx'] as const

function toClass(status: number | undefined): string {
  return CLASSES[Math.floor((status ?? 0) / 100)] ?? NONE
}

interface Own {
  readonly version: string
  readonly running: number
  readonly list: readonly (Counter | Histogram)[]
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

function readOwn({ version, running, list }: Own): readonly Reading[] {
  return [
    {
      name: 'weir_build_info',
      help: 'Version of weir and of Node.',
      kind: 'gauge',
      points: [
        {
          labels: [
            ['version', version],
            ['node', process.version],
          ],
          value: 1,
        },
      ],
    },
    {
      name: 'weir_running_requests',
      help: 'Requests that have not ended.',
      kind: 'gauge',
      points: [{ value: running }],
    },
    {
      name: 'weir_metric_series',
      help: 'Series kept in memory.',
      kind: 'gauge',
      points: [{ value: sum(list.map(({ seriesCount }) => seriesCount)) }],
    },
    {
      name: 'weir_metric_overflows',
      help: 'Observations counted under "other" because their metric had all the series it may have.',
      kind: 'counter',
      points: [{ value: sum(list.map(({ overflowed }) => overflowed)) }],
    },
  ]
}

/** The names that Prometheus' own clients use. */
function readProcess(): readonly Reading[] {
  const { user, system } = process.cpuUsage()
  return [
    {
      name: 'process_cpu_seconds',
      help: 'User and system processor time.',
      kind: 'counter',
      points: [{ value: (user + system) / 1e6 }],
    },
    {
      name: 'process_resident_memory_bytes',
      help: 'Resident memory.',
      kind: 'gauge',
      points: [{ value: process.memoryUsage.rss() }],
    },
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, seconds since 1970.',
      kind: 'gauge',
      points: [{ value: performance.timeOrigin / 1000 }],
    },
  ]
}
