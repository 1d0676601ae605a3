/**
 * Spans: a trace of each request by OpenTelemetry's conventions for calls to models.
 *
 *   chat weir                     SERVER    the request, child of the caller's span
 *   ├─ decide                     INTERNAL  what was chosen and why
 *   ├─ chat <model>               CLIENT    one for each attempt
 *   └─ chat <model>               CLIENT    one for each call of a scorer, its purpose in weir.purpose
 *
 * Every call carries its own span upstream as `traceparent`. Only @opentelemetry/api is used (docs/decisions/0012): without a registered SDK
 * there is no such observer. Prompts and answers are in no span unless `content` is set.
 */
import {
  context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import type { Attempt, Decision, ErrorCode } from '@weir/core'
import { toInputMessages, toOutputMessages, toSystemInstructions } from './content.ts'
import type {
  IncomingHeaders,
  Observation,
  ObservedAttempt,
  ObservedCall,
  ObservedCallStart,
  ObservedEnd,
  ObservedRequest,
  Observer,
} from './observer.ts'
import { NAMES, operationOf, SEMCONV, type SemconvNames, type SemconvVersion } from './semconv.ts'
import { formatTraceParent, parseTraceParent } from './trace-context.ts'
import type { FactTable } from './upstream-facts.ts'

export interface SpanOptions {
  readonly tracer: Tracer
  readonly semconv: SemconvVersion
  readonly facts: FactTable
  /** Messages and answers in the request's span. */
  readonly content: boolean
}

export function createSpanObserver(options: SpanOptions): Observer {
  return { begin: (request) => new RequestSpans(options, request) }
}

interface OpenCall {
  readonly span: Span
  endedAtMs: number | undefined
}

class RequestSpans implements Observation {
  readonly readsText: boolean
  readonly #options: SpanOptions
  readonly #names: SemconvNames
  readonly #request: ObservedRequest
  readonly #span: Span
  readonly #context: Context
  /** Calls for an answer, in the order of the attempts. */
  readonly #calls: OpenCall[] = []
  #firstCallMs: number | undefined

  constructor(options: SpanOptions, request: ObservedRequest) {
    const { tracer, semconv, content } = options
    const { headers, startedAtMs, ask, dialect, wantsStream, id } = request
    this.#options = options
    this.#names = SEMCONV[semconv]
    this.#request = request
    this.readsText = content && this.#names.outputMessages !== undefined
    const parent = toContext(headers)
    const model = ask.kind === 'model' ? ask.model : 'weir'
    this.#span = tracer.startSpan(
      `chat ${model}`,
      {
        kind: SpanKind.SERVER,
        startTime: toEpochMs(startedAtMs),
        attributes: {
          [NAMES.operation]: 'chat',
          [this.#names.provider]: 'weir',
          [NAMES.requestModel]: model,
          'weir.dialect': dialect,
          'weir.decision.id': id,
        },
      },
      parent,
    )
    if (wantsStream) this.#set(this.#span, this.#names.isStream, true)
    this.#context = trace.setSpan(parent, this.#span)
  }

  beginCall({ model, purpose, reason, headers }: ObservedCallStart): ObservedCall {
    this.#firstCallMs ??= performance.now()
    const { tracer, facts } = this.#options
    const upstream = facts.get(model)
    const operation = operationOf(purpose)
    const span = tracer.startSpan(
      `${operation} ${model}`,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          [NAMES.operation]: operation,
          [NAMES.requestModel]: upstream?.upstreamModel ?? model,
          'weir.model': model,
          'weir.purpose': purpose,
          ...(reason === undefined ? {} : { 'weir.reason': reason }),
          ...(upstream === undefined
            ? {}
            : {
                [this.#names.provider]: upstream.provider,
                [NAMES.address]: upstream.address,
                [NAMES.port]: upstream.port,
              }),
        },
      },
      this.#context,
    )
    const sent = withTrace(headers, span)
    if (purpose !== 'answer')
      return { headers: sent, end: (attempt) => this.#endCall(span, attempt, undefined) }
    const call: OpenCall = { span, endedAtMs: undefined }
    this.#calls.push(call)
    return {
      headers: sent,
      end() {
        call.endedAtMs = performance.now()
      },
    }
  }

  end(end: ObservedEnd): void {
    this.#addDecision(end)
    const made = end.attempts.filter(({ calls }) => calls !== 0)
    this.#calls.forEach(({ span, endedAtMs }, i) => {
      const attempt = made[i]
      if (attempt === undefined) span.end(toEpochMs(endedAtMs ?? performance.now()))
      else this.#endAttempt(span, attempt, endedAtMs)
    })
    this.#endRequest(end)
  }

  #addDecision({ decision, error }: ObservedEnd): void {
    const { startedAtMs } = this.#request
    const span = this.#options.tracer.startSpan(
      'decide',
      { startTime: toEpochMs(startedAtMs), attributes: decision === undefined ? {} : toAttributes(decision) },
      this.#context,
    )
    if (decision === undefined) fail(span, error)
    span.end(toEpochMs(this.#firstCallMs ?? performance.now()))
  }

  #endAttempt(span: Span, attempt: ObservedAttempt, endedAtMs: number | undefined): void {
    const { isGiven, firstByteMs, startedAtMs, latencyMs = 0, verdict, status } = attempt
    if (verdict !== undefined) span.setAttribute('weir.verdict', verdict)
    if (status !== undefined) span.setAttribute(NAMES.status, status)
    if (firstByteMs !== undefined) this.#set(span, this.#names.firstChunk, firstByteMs / 1000)
    const isStream = isGiven && firstByteMs !== undefined
    this.#endCall(span, attempt, isStream ? startedAtMs + latencyMs : endedAtMs)
  }

  /** `endedAtMs` undefined: now. */
  #endCall(span: Span, { usage, costUsd, error }: Attempt, endedAtMs: number | undefined): void {
    this.#setUsage(span, usage)
    if (costUsd !== undefined) span.setAttribute('weir.cost_usd', costUsd)
    if (error !== undefined) fail(span, error.code)
    span.end(toEpochMs(endedAtMs ?? performance.now()))
  }

  #setUsage(span: Span, usage: Attempt['usage']): void {
    if (usage === undefined) return
    const { cacheWrite5mTokens, cacheWrite1hTokens } = usage
    const written =
      cacheWrite5mTokens === undefined && cacheWrite1hTokens === undefined
        ? undefined
        : (cacheWrite5mTokens ?? 0) + (cacheWrite1hTokens ?? 0)
    this.#set(span, NAMES.inputTokens, usage.inputTokens)
    this.#set(span, NAMES.outputTokens, usage.outputTokens)
    this.#set(span, this.#names.cachedTokens, usage.cachedInputTokens)
    this.#set(span, this.#names.cacheWriteTokens, written)
    this.#set(span, this.#names.reasoningTokens, usage.reasoningTokens)
  }

  /** What has no name in this version, or no value, is left out. */
  #set(span: Span, name: string | undefined, value: string | number | boolean | undefined): void {
    if (name !== undefined && value !== undefined) span.setAttribute(name, value)
  }

  #endRequest({ attempts, status, overheadMs, headMs, error, abstained, text }: ObservedEnd): void {
    const span = this.#span
    const { wantsStream, startedAtMs } = this.#request
    const given = attempts.find(({ isGiven }) => isGiven)
    this.#set(span, NAMES.responseModel, given?.model)
    this.#set(span, NAMES.status, status)
    this.#set(span, 'weir.overhead_ms', overheadMs)
    this.#set(span, 'weir.attempts', attempts.length)
    if (abstained) span.setAttribute('weir.abstained', true)
    if (wantsStream && headMs !== undefined) this.#set(span, this.#names.firstChunk, headMs / 1000)
    this.#setUsage(span, given?.usage)
    if (this.#options.content) this.#setContent(text)
    // The caller's fault is no failure of ours, as for any HTTP server.
    if (error !== undefined) fail(span, error, (status ?? 500) >= 500 || status === 200)
    span.end(toEpochMs(Math.max(performance.now(), startedAtMs)))
  }

  #setContent(text: string | undefined): void {
    const { inputMessages, system, outputMessages } = this.#names
    const { messages } = this.#request
    this.#set(this.#span, inputMessages, toInputMessages(messages))
    this.#set(this.#span, system, toSystemInstructions(messages))
    if (text !== undefined) this.#set(this.#span, outputMessages, toOutputMessages(text))
  }
}

/** Only the code: messages of errors may name what a caller wrote. */
function fail(span: Span, error: ErrorCode | undefined, isFault = true): void {
  if (error === undefined) return
  span.setAttribute(NAMES.error, error)
  if (isFault) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
}

function toAttributes({
  model,
  reason,
  policy,
  score,
  threshold,
  level,
  mode,
  ...rest
}: Decision): Attributes {
  const known: Readonly<Record<string, string | number | null>> = {
    'weir.model': model,
    'weir.reason': reason,
    'weir.policy': policy,
    'weir.score': score,
    'weir.threshold': threshold,
    'weir.level': level,
    'weir.mode': mode,
  }
  const attributes: Attributes = { 'weir.unfamiliar': rest.unfamiliar, 'weir.truncated': rest.truncated }
  for (const [name, value] of Object.entries(known)) if (value !== null) attributes[name] = value
  if (rest.estimates !== undefined) addEstimates(attributes, rest.estimates)
  return attributes
}

/** Lists of equal length, in the pool's order; a cost that is not known is -1, since a list must be of one kind. */
function addEstimates(attributes: Attributes, estimates: NonNullable<Decision['estimates']>): void {
  attributes['weir.estimates.models'] = estimates.map(({ model }) => model)
  attributes['weir.estimates.qualities'] = estimates.map(({ quality }) => quality)
  attributes['weir.estimates.costs_usd'] = estimates.map(({ costUsd }) => costUsd ?? -1)
}

/** The caller's span as parent, when its header is well formed. */
function toContext(headers: IncomingHeaders): Context {
  const parsed = parseTraceParent(headers['traceparent'])
  // A request inside of another program's span, where weir is embedded.
  if (parsed === undefined)
    return trace.getSpan(context.active()) === undefined ? ROOT_CONTEXT : context.active()
  const state = headers['tracestate']
  const traceState = typeof state === 'string' ? createTraceState(state) : undefined
  const { traceId, spanId, flags } = parsed
  const parent = { traceId, spanId, traceFlags: flags, isRemote: true, ...(traceState && { traceState }) }
  return trace.setSpanContext(ROOT_CONTEXT, parent)
}

const TRACE_HEADERS: readonly string[] = ['traceparent', 'tracestate']

function withTrace(headers: readonly string[], span: Span): readonly string[] {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const sent: string[] = []
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? ''
    if (!TRACE_HEADERS.includes(name)) sent.push(name, headers[i + 1] ?? '')
  }
  sent.push('traceparent', formatTraceParent({ traceId, spanId, flags: traceFlags }))
  const state = traceState?.serialize() ?? ''
  if (state !== '') sent.push('tracestate', state)
  return sent
}

function toEpochMs(ms: number): number {
  return performance.timeOrigin + ms
}
