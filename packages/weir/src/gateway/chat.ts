/**
 * Chat completions: bytes in, decision, upstream, bytes out. Fastify hands the response over (`hijack`), because sending a stream
 * through it costs a third more; errors, a vanished caller and the record are therefore handled here, for each way a request can end.
 *
 * The commit point is the first byte of the response: before it a failed call is followed by the other model, after it never.
 */
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { decide, serve, type Decision, type ErrorCode, type River } from '@weir/core'
import { readResponseText, readStreamText, roundMs } from '../record/live-outcome.ts'
import type { OutcomeStore } from '../record/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { WholeAnswer } from '../upstream/answer.ts'
import type { Lifeline, LiveAttempt, UpstreamClient } from '../upstream/client.ts'
import { meterCostUsd, parseLoosely, readUsage, readUsageFromTail } from '../upstream/usage.ts'
import { parseChatRequest, type ChatRequest } from './chat-request.ts'
import { addDecisionHeaders, selectForCaller, selectForUpstream } from './headers.ts'
import { Relay, type RelayEnd } from './relay.ts'
import type { Running } from './running.ts'
import { toRow, type Ending } from './row.ts'
import { spliceMember } from './rewrite.ts'
import { spliceModel } from './splice.ts'
import { framesOf, statusOf, toWeirError, toWireError } from './wire-error.ts'

export interface ChatOptions {
  readonly river: River
  readonly upstream: UpstreamClient
  readonly quality: number
  readonly maxBodyBytes: number
  readonly log: Log
  readonly now: () => Date
  readonly store?: OutcomeStore
  readonly storesText: boolean
  readonly running: Running
}

/** Everything about one request that outlives its parsing. */
interface Exchange {
  readonly id: string
  readonly startedAtMs: number
  readonly request: ChatRequest
  readonly response: ServerResponse
  readonly lifeline: Lifeline
}

interface Served {
  readonly decision: Decision
  readonly attempts: readonly LiveAttempt[]
}

/** Answer of POST /v1/weir/route: the decision, nothing called and nothing recorded. Throws `request.` and `pool.empty`. */
export function routeOnly(options: ChatOptions, request: FastifyRequest): Decision {
  const parsed = parse(options, request)
  return decide(options.river, parsed.query, parsed.ask)
}

/** Throws `request.` errors while nothing is sent; afterwards it answers by itself. */
export function handleChat(options: ChatOptions, request: FastifyRequest, reply: FastifyReply): void {
  const startedAtMs = performance.now()
  const parsed = parse(options, request)
  reply.hijack()
  const response = reply.raw
  const lifeline: Lifeline = { isGone: response.destroyed, call: undefined }
  // A write that meets a closing socket is an error event; without a listener it would end the process.
  response.on('error', ignore)
  response.on('close', () => {
    if (response.writableFinished) return
    lifeline.isGone = true
    lifeline.call?.drop()
  })
  const exchange: Exchange = { id: request.id, startedAtMs, request: parsed, response, lifeline }
  options.running.begin()
  run(options, exchange, request).then(
    () => options.running.end(),
    (thrown: unknown) => {
      answerThrown(options, exchange, thrown)
      options.running.end()
    },
  )
}

function ignore(): void {}

function answerThrown({ maxBodyBytes, log }: ChatOptions, exchange: Exchange, thrown: unknown): void {
  const { code, message, cause } = toWeirError(thrown, maxBodyBytes)
  if (code === 'internal.bug') log.error('gateway.bug', { requestId: exchange.id, frames: framesOf(cause) })
  sendError(exchange, { code, message }, [])
}

function parse({ upstream, quality, river }: ChatOptions, request: FastifyRequest): ChatRequest {
  const header = request.headers['x-weir-quality']
  const mode = request.headers['x-weir-mode']
  return parseChatRequest(request.body, {
    defaultQuality: quality,
    models: river.candidates.map(({ model }) => model),
    hasModel: (model) => upstream.has(model),
    ...(header === undefined ? {} : { quality: String(header) }),
    ...(mode === undefined ? {} : { mode: String(mode) }),
  })
}

/** Ends when the last byte is sent, or when it is clear that it never will be. */
async function run(options: ChatOptions, exchange: Exchange, { headers }: FastifyRequest): Promise<void> {
  const { river, upstream } = options
  const { request, lifeline } = exchange
  const extra = selectForUpstream(headers)
  const { authorization } = headers
  const served = await serve<LiveAttempt>(river, request, ({ model }) =>
    upstream.call({
      model,
      body: spliceModel(request.bytes, request.map, upstream.wireName(model)),
      headers: extra,
      lifeline,
      ...(authorization === undefined ? {} : { authorization }),
    }),
  )
  const accepted = served.accepted ?? served.attempts.at(-1)
  if (lifeline.isGone || accepted?.answer === undefined) return answerFailure(options, exchange, served)
  if (accepted.answer.kind === 'stream') return answerStream(options, exchange, { served, accepted })
  answerWhole(options, exchange, { served, accepted, answer: accepted.answer })
}

/** No model answered: a typed error. After a failover the official clients are told not to try again: we just did. */
function answerFailure(options: ChatOptions, exchange: Exchange, served: Served): void {
  const { attempts, decision } = served
  const last = attempts.at(-1)
  const code = last?.error?.code ?? 'pool.empty'
  const tried = attempts.map(({ error }) => error?.message ?? '').join('; ')
  const status = last?.refusal?.status === 429 ? 429 : statusOf(code)
  const headers = status === 429 ? selectForCaller(retryHeaders(last)) : []
  if (attempts.length > 1 && !headers.includes('x-should-retry')) headers.push('x-should-retry', 'false')
  addDecision(headers, exchange, served)
  if (!exchange.lifeline.isGone) {
    const message = `no model answered: ${tried || 'none could be called'}`
    options.log.warn('gateway.failed', {
      requestId: exchange.id,
      code,
      attempts: attempts.length,
      model: decision.model,
    })
    sendError(exchange, { code, message, status }, headers)
  }
  record(options, exchange, { served })
}

/** Of a 429 only what says when to come back. */
function retryHeaders(attempt: LiveAttempt | undefined): Record<string, string | string[] | undefined> {
  const headers = attempt?.refusal?.headers ?? {}
  return { 'retry-after': headers['retry-after'], 'retry-after-ms': headers['retry-after-ms'] }
}

interface Whole {
  readonly served: Served
  readonly accepted: LiveAttempt
  readonly answer: WholeAnswer
}

/** The whole body in one write, also an error of the upstream that is the caller's to solve. */
function answerWhole(options: ChatOptions, exchange: Exchange, { served, accepted, answer }: Whole): void {
  const { response, request } = exchange
  const isAnswered = answer.status < 300
  const headers = selectForCaller(answer.headers)
  const overheadMs = addDecision(headers, exchange, served)
  const body =
    request.wantsExplanation && answer.isJson
      ? spliceMember(answer.body, 'weir', explain(exchange, served, overheadMs))
      : answer.body
  headers.push('content-length', String(body.length))
  response.writeHead(answer.status, headers)
  response.end(body)
  if (options.store === undefined) return
  const json = answer.isJson ? parseLoosely(answer.body.toString('utf8')) : undefined
  record(options, exchange, {
    served,
    ending: {
      latencyMs: accepted.latencyMs ?? 0,
      usage: readUsage(json),
      text: options.storesText ? readResponseText(json) : undefined,
      status: isAnswered ? undefined : answer.status,
    },
  })
}

function explain({ id }: Exchange, { decision, attempts }: Served, overheadMs: number): unknown {
  return {
    decisionId: id,
    ...decision,
    answeredBy: attempts.at(-1)?.model ?? null,
    attempts: attempts.map(({ model, error }) => ({ model, error: error?.code ?? null })),
    overheadMs: roundMs(overheadMs),
  }
}

interface Streamed {
  readonly served: Served
  readonly accepted: LiveAttempt
}

function answerStream(
  options: ChatOptions,
  exchange: Exchange,
  { served, accepted }: Streamed,
): Promise<void> | void {
  const { response, lifeline } = exchange
  const { answer, model } = accepted
  if (answer?.kind !== 'stream') return
  const headers = selectForCaller(answer.headers)
  addDecision(headers, exchange, served)
  response.writeHead(answer.status, headers)
  return new Promise((resolve) => {
    const onEnd = (end: RelayEnd): void => {
      lifeline.call = undefined
      recordStream(options, exchange, { served, accepted, end })
      resolve()
    }
    const relay = new Relay({ answer, response, model, keepsText: options.storesText, onEnd })
    const upstream = lifeline.call
    lifeline.call = {
      drop() {
        upstream?.drop()
        relay.drop()
      },
    }
    relay.start()
  })
}

function recordStream(
  options: ChatOptions,
  exchange: Exchange,
  { served, accepted, end }: Streamed & { readonly end: RelayEnd },
): void {
  const { model, startedAtMs } = accepted
  const { error, tail, text } = end
  if (error !== undefined && error.code !== 'request.aborted') {
    options.log.warn('gateway.stream_failed', { requestId: exchange.id, code: error.code, model })
  }
  if (options.store === undefined) return
  record(options, exchange, {
    served,
    ending: {
      latencyMs: performance.now() - startedAtMs,
      usage: readUsageFromTail(tail()),
      text: text === undefined ? undefined : readStreamText(text),
      error: error?.code,
    },
  })
}

/** Returns our own time so far: since the request was read, minus the waiting for upstreams. */
function addDecision(headers: string[], exchange: Exchange, { decision, attempts }: Served): number {
  let waitedMs = 0
  for (const { latencyMs = 0 } of attempts) waitedMs += latencyMs
  const overheadMs = Math.max(0, performance.now() - exchange.startedAtMs - waitedMs)
  const model = attempts.at(-1)?.model ?? decision.model
  headers.push('x-request-id', exchange.id)
  addDecisionHeaders(headers, { id: exchange.id, decision, model, attempts: attempts.length, overheadMs })
  return overheadMs
}

interface Sendable {
  readonly code: ErrorCode
  readonly message: string
  readonly status?: number
}

/** Before the commit point only; afterwards the connection is all that is left to end. */
function sendError({ id, response }: Exchange, { code, message, status }: Sendable, headers: string[]): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const body = Buffer.from(JSON.stringify(toWireError(code, message)))
  if (!headers.includes('x-request-id')) headers.push('x-request-id', id)
  headers.push('content-type', 'application/json; charset=utf-8', 'content-length', String(body.length))
  response.writeHead(status ?? statusOf(code), headers)
  response.end(body)
}

function record(
  { store, storesText, now, upstream }: ChatOptions,
  { id, request }: Exchange,
  { served, ending }: { readonly served: Served; readonly ending?: Ending },
): void {
  if (store === undefined) return
  const messages = storesText ? request.messages : undefined
  const answered = upstream.get(served.attempts.at(-1)?.model ?? '')
  const costUsd = answered === undefined ? undefined : meterCostUsd(answered, ending?.usage)
  store.append(toRow({ id, servedAt: now(), messages, ...served, ending, costUsd }))
}
