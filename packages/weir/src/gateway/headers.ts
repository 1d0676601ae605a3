/**
 * Headers, in and out. What passes is listed; everything else stays on its side: cookies, server names and the operator's
 * organisation do not reach callers, and no header of a caller chooses an upstream or its account.
 */
import type { AcceptReason, Decision, PolicyName, Reason } from '@weir/core'
import type { UpstreamHeaders } from '../upstream/dispatch.ts'
import { parseTraceParent } from '../telemetry/trace-context.ts'
import type { PathTotals } from './path-totals.ts'

/** Caller's headers that go upstream: tracing, beta switches and the application's name. */
const TO_UPSTREAM: readonly string[] = ['traceparent', 'tracestate', 'openai-beta', 'http-referer', 'x-title']

/** A trace that is malformed is not passed on, nor the state that goes with it. */
function isBadTrace(name: string, headers: IncomingHeaders): boolean {
  if (name !== 'traceparent' && name !== 'tracestate') return false
  return parseTraceParent(headers['traceparent']) === undefined
}

/** Upstream's headers that reach the caller. */
const TO_CALLER: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'cache-control',
  'retry-after',
  'x-should-retry',
])
/** Those that do when they say a number, a time or a date; so do all x-ratelimit-*. */
const FIGURES: ReadonlySet<string> = new Set(['retry-after-ms', 'openai-processing-ms', 'openai-version'])
/** Longest of them, characters: a limit with its window. */
const FIGURE_CHARS = 64

type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Names and values alternating; empty for most requests. */
export function selectForUpstream(headers: IncomingHeaders): readonly string[] {
  const selected: string[] = []
  for (const name of TO_UPSTREAM) {
    const value = headers[name]
    if (typeof value === 'string' && !isBadTrace(name, headers)) selected.push(name, value)
  }
  return selected
}

/** Names and values alternating, ready to be added to. */
export function selectForCaller(headers: UpstreamHeaders): string[] {
  const selected: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined) continue
    for (const one of typeof value === 'string' ? [value] : value) {
      if (isForCaller(name, one)) selected.push(name, one)
    }
  }
  return selected
}

function isForCaller(name: string, value: string): boolean {
  if (TO_CALLER.has(name)) return isWritable(value)
  return (name.startsWith('x-ratelimit-') || FIGURES.has(name)) && isFigure(value)
}

/** A header with another character cannot be sent: writing it throws, and the answer would be lost with it. */
function isWritable(value: string): boolean {
  return !/[^\t\x20-\x7e\x80-\xff]/.test(value)
}

/** An upstream, or what stands before it, may write anything there: a key, an account. What begins with a digit and is short is neither. */
function isFigure(value: string): boolean {
  const first = value.charCodeAt(0)
  return (
    isWritable(value) && value.length <= FIGURE_CHARS && ((first >= 0x30 && first <= 0x39) || first === 0x2d)
  )
}

export interface DecisionHeaders {
  readonly id: string
  readonly decision: Decision
  /** Undefined for a named model and a raw cut-off. */
  readonly policy: PolicyName | undefined
  /** Model that answered, or that was tried last. */
  readonly model: string
  /** Why that model was called. */
  readonly reason: Reason
  /** Null when no answer was given. */
  readonly acceptReason: AcceptReason | null
  readonly abstained: boolean
  readonly attempts: number
  /** Upstream calls made for them. */
  readonly tries: number
  /** Of the whole path; present when the policy reads answers. */
  readonly totals?: PathTotals
  /** Since the request was read, ms; likewise. */
  readonly latencyMs?: number
  /** Our own time up to the response head, upstream waiting excluded, ms. */
  readonly overheadMs: number
}

/** Adds the x-weir-* headers to `headers`. What has no value (a named model has no score) is left out. */
export function addDecisionHeaders(headers: string[], { id, decision, ...answered }: DecisionHeaders): void {
  headers.push('x-weir-model', toHeaderText(answered.model), 'x-weir-reason', answered.reason)
  if (answered.policy !== undefined) headers.push('x-weir-policy', answered.policy)
  if (answered.acceptReason !== null) headers.push('x-weir-accept', answered.acceptReason)
  if (answered.abstained) headers.push('x-weir-abstained', 'true')
  addBeliefHeaders(headers, decision)
  headers.push(
    'x-weir-truncated',
    String(decision.truncated),
    'x-weir-unfamiliar',
    String(decision.unfamiliar),
    'x-weir-decision-id',
    id,
    'x-weir-overhead-ms',
    toMsText(answered.overheadMs),
    'x-weir-attempts',
    String(answered.attempts),
  )
  if (answered.tries > answered.attempts) headers.push('x-weir-tries', String(answered.tries))
  const { totals, latencyMs } = answered
  if (totals === undefined) return
  headers.push('x-weir-calls', String(totals.calls))
  if (totals.costUsd !== undefined) headers.push('x-weir-cost-usd', String(totals.costUsd))
  if (latencyMs !== undefined) headers.push('x-weir-latency-ms', toMsText(latencyMs))
}

/** What is known before any answer, also on the head of a stream that is held back. */
export function addBeliefHeaders(headers: string[], decision: Decision): void {
  const { score, threshold, quality, level, mode, confidence } = decision
  if (score !== null) headers.push('x-weir-score', String(score))
  if (threshold !== null) headers.push('x-weir-threshold', String(threshold))
  if (quality !== null) headers.push('x-weir-quality', String(quality))
  if (level !== null) headers.push('x-weir-level', String(level))
  if (decision.costWeight !== undefined) headers.push('x-weir-cost-weight', String(decision.costWeight))
  if (mode !== null) headers.push('x-weir-mode', mode)
  if (confidence !== null) headers.push('x-weir-confidence', String(confidence))
  if (decision.estimates !== undefined) headers.push('x-weir-ranking', toRankingText(decision))
}

/** Models of the ranking that a header tells; the explanation tells all. */
const TOLD_MODELS = 10

/** Most preferred first, each with what was believed of it: `gpt-4o;q=0.912;usd=0.00061`. */
function toRankingText({ ranking, estimates = [] }: Decision): string {
  return ranking
    .slice(0, TOLD_MODELS)
    .map((model) => {
      const { quality, costUsd } = estimates.find((one) => one.model === model) ?? {}
      const told = [
        ...(quality === undefined ? [] : [`q=${quality.toFixed(3)}`]),
        ...(costUsd === undefined ? [] : [`usd=${Number(costUsd.toPrecision(3))}`]),
      ]
      return [encodeURIComponent(model.replaceAll(/[\ud800-\udfff]/gu, '?')), ...told].join(';')
    })
    .join(', ')
}

/** Three decimals. Whole numbers are quicker to write than toFixed, and this is once a request. */
function toMsText(ms: number): string {
  const micros = Math.round(ms * 1000)
  return `${Math.floor(micros / 1000)}.${String(1000 + (micros % 1000)).slice(1)}`
}

/** Model names may hold any character; a header may not. What it cannot carry is percent-encoded. */
export function toHeaderText(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text.replaceAll(/[\ud800-\udfff]/gu, '?'))
}
