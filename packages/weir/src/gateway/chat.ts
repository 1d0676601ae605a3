/**
 * Chat completions: bytes in, decision, upstream, bytes out. Fastify hands the response over (`hijack`), because sending a stream
 * through it costs a third more; errors, a vanished caller and the record are therefore handled here, for each way a request can end.
 *
 * The commit point is the first byte of the answer: before it a failed call is followed by another model, after it never. A policy that
 * reads answers has read them by then.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  decide,
  embedQuery,
  serve,
  WeirError,
  type Ask,
  type Call,
  type Caps,
  type Decision,
  type PolicyName,
  type River,
} from '@weir/core'
import type { Grant } from '../access/access.ts'
import { dropUndefined } from '../record/drop-undefined.ts'
import { CHAT } from '../dialect/chat-dialect.ts'
import type { ClientDialect } from '../dialect/client-dialect.ts'
import type { Lifeline, LiveAttempt, UpstreamClient } from '../upstream/client.ts'
import type { ExternalClient } from '../upstream/external.ts'
import {
  parseChatRequest,
  parseTranslated,
  type ChatRequest,
  type ChatRequestOptions,
} from './chat-request.ts'
import { lacksUsage, withoutUsageEvent, withUsageAsked } from './ask-usage.ts'
import { answerFromCache } from './cached.ts'
import { readDeadlineMs } from './deadline.ts'
import { admitChat, optionsFor } from './admission.ts'
import { deliver } from './deliver.ts'
import type { DeliverOptions } from './deliver-options.ts'
import { keyOf, nativeHeaders } from './client-dialects.ts'
import { observeBegin, observeThrown } from './observe.ts'
import { addIds, sendError, type Exchange, type LiveServed } from './exchange.ts'
import type { ExtraCalls } from './extra-calls.ts'
import { addBeliefHeaders, selectForUpstream } from './headers.ts'
import { KeepAlive } from './keep-alive.ts'
import { LiveCalls } from './live-calls.ts'
import type { ResponseCache } from './response-cache.ts'
import type { Running } from './running.ts'
import { SESSION_HEADER, type Sessions } from './sessions.ts'
import { bodyFor, type Outgoing } from './translate.ts'
import { framesOf, toWeirError } from './wire-error.ts'

export interface ChatOptions extends DeliverOptions {
  readonly quality: number
  readonly maxBodyBytes: number
  readonly running: Running
  /** Of streams that are held back, ms. */
  readonly keepAliveMs: number
  /** Cut on `accumulated` below which a draft is broken off. */
  readonly doubtCut: number | undefined
  readonly extraCalls: ExtraCalls
  readonly external: ExternalClient | undefined
  /** Absent: nothing is cached. */
  readonly cache?: ResponseCache
}

/** Answer of POST /v1/weir/route: the decision, nothing called and nothing recorded. Throws `request.` and `pool.empty`. */
export async function routeOnly(options: ChatOptions, request: FastifyRequest): Promise<Decision> {
  const own = optionsFor(options, request)
  const parsed = parse(own, request)
  const { river } = own
  return decide(river, await embedQuery(river.embedder, parsed.query), parsed.ask)
}

/** Throws `request.` errors while nothing is sent; afterwards it answers by itself. */
export function handleChat(options: ChatOptions, request: FastifyRequest, reply: FastifyReply): void {
  handle(options, { request, reply, dialect: CHAT })
}

export interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly dialect: ClientDialect
}

/** As `handleChat`, for a caller of any dialect. */
export function handle(options: ChatOptions, { request, reply, dialect }: Asked): void {
  const startedAtMs = performance.now()
  const own = optionsFor(options, request)
  const parsed = parse(own, request, dialect)
  const grant = admitChat(own, { request, reply, parsed })
  begin(own, { request, reply, parsed, startedAtMs, escalatedFrom: undefined, grant })
}

export interface Begun {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly parsed: ChatRequest
  readonly startedAtMs: number
  /** Decision that is re-answered. */
  readonly escalatedFrom: string | undefined
  /** From `admitChat`; undefined only where callers are not authenticated. */
  readonly grant: Grant | undefined
}

/** Takes the response over and answers. Never throws. */
export function begin(options: ChatOptions, { request, reply, parsed, ...rest }: Begun): void {
  reply.hijack()
  const response = reply.raw
  const lifeline: Lifeline = {
    isGone: response.destroyed,
    deadlineAtMs: readDeadlineMs(request.headers, rest.startedAtMs),
    call: undefined,
  }
  // A write that meets a closing socket is an error event; without a listener it would end the process.
  response.on('error', ignore)
  response.on('close', () => {
    if (response.writableFinished) return
    lifeline.isGone = true
    lifeline.call?.drop()
  })
  const { sessions } = options
  const scope = rest.grant?.keyId ?? ''
  const sessionKey = sessions === undefined ? undefined : sessionOf(sessions, parsed, { request, scope })
  const exchange: Exchange = {
    id: request.id,
    request: sessionKey === undefined ? parsed : withSession(sessions, parsed, sessionKey),
    sessionKey,
    response,
    lifeline,
    policy: policyOf(options.river, parsed.ask),
    calls: undefined,
    keepAlive: undefined,
    observation: undefined,
    headMs: undefined,
    overheadMs: undefined,
    capture: undefined,
    streamUsage: undefined,
    ...rest,
  }
  if (options.observer !== undefined) observeBegin(options.observer, exchange, request.headers)
  options.running.begin()
  run(options, exchange, request).then(
    () => {
      exchange.grant?.release()
      options.running.end()
    },
    (thrown: unknown) => {
      answerThrown(options, exchange, thrown)
      exchange.grant?.release()
      options.running.end()
    },
  )
}

function ignore(): void {}

/** Two keys share no conversation. */
function sessionOf(
  sessions: Sessions,
  { query, sessionName }: ChatRequest,
  { request, scope }: { readonly request: FastifyRequest; readonly scope: string },
): string {
  const header = request.headers[SESSION_HEADER]
  return sessions.keyOf(query, typeof header === 'string' ? header : sessionName, scope)
}

function withSession(sessions: Sessions | undefined, parsed: ChatRequest, key: string): ChatRequest {
  const session = sessions?.find(key, parsed.query)
  return session === undefined ? parsed : { ...parsed, query: { ...parsed.query, session } }
}

function policyOf({ policy = 'route' }: River, ask: Ask): PolicyName | undefined {
  if (ask.kind === 'value') return 'route'
  return ask.kind === 'quality' ? (ask.policy ?? policy) : undefined
}

function answerThrown({ maxBodyBytes, log }: ChatOptions, exchange: Exchange, thrown: unknown): void {
  const { code, message, cause } = toWeirError(thrown, maxBodyBytes)
  // Nobody reads the answer any more: its upstream would wait for a reader until it times out.
  exchange.lifeline.call?.drop()
  if (code === 'internal.bug') log.error('gateway.bug', { requestId: exchange.id, frames: framesOf(cause) })
  sendError(exchange, { code, message }, [])
  observeThrown(exchange, code)
}

/** The chat request in a body. Throws `request.` errors. */
export function parse(
  { upstream, quality, river }: ChatOptions,
  { headers, body }: Pick<FastifyRequest, 'headers' | 'body'>,
  dialect: ClientDialect = CHAT,
): ChatRequest {
  const level = headers['x-weir-quality']
  const mode = headers['x-weir-mode']
  const policy = headers['x-weir-policy']
  const place = headers['x-weir-place']
  const costWeight = headers['x-weir-cost-weight']
  const read: ChatRequestOptions = {
    defaultQuality: quality,
    models: river.candidates.map(({ model }) => model),
    hasModel: (model) => upstream.has(model),
    ...(level === undefined ? {} : { quality: String(level) }),
    ...(mode === undefined ? {} : { mode: String(mode) }),
    ...(policy === undefined ? {} : { policy: String(policy) }),
    ...(place === undefined ? {} : { place: String(place) }),
    ...(costWeight === undefined ? {} : { costWeight: String(costWeight) }),
  }
  const { translation } = dialect
  if (translation === undefined) return parseChatRequest(body, read)
  const parsed = parseTranslated(body, { ...dialect, translation }, read)
  checkNative({ upstream, river }, parsed)
  return parsed
}

/** What only the caller's dialect has goes to models that speak it, unread, or nowhere. Throws `request.body`. */
function checkNative(
  { upstream, river }: Pick<ChatOptions, 'upstream' | 'river'>,
  { native, ask, dialect }: ChatRequest,
): void {
  if (native?.nativeOnly === undefined) return
  const models = ask.kind === 'model' ? [ask.model] : river.candidates.map(({ model }) => model)
  const isUnread = (policyOf(river, ask) ?? 'route') === 'route'
  const areNative = models.every((model) => upstream.get(model)?.dialect === dialect.name)
  if (isUnread && areNative && native.isForwardable) return
  throw new WeirError(
    'request.body',
    `${native.nativeOnly} exists only where the upstream speaks ${dialect.name}; leave it out, or ask such a model by its name`,
  )
}

/** Ends when the last byte is sent, or when it is clear that it never will be. */
async function run(options: ChatOptions, exchange: Exchange, request: FastifyRequest): Promise<void> {
  const { cache } = options
  if (cache !== undefined && answerFromCache({ ...options, cache }, exchange, request)) return
  const { headers } = request
  const { policy } = exchange
  const isRouted = policy === undefined || policy === 'route'
  const served = isRouted
    ? await serveRouted(options, exchange, headers)
    : await serveReading(options, exchange, { headers, policy })
  await deliver(options, exchange, exchange.escalatedFrom === undefined ? served : asEscalated(served))
  exchange.capture?.finish(served)
  // Kept, it would tie this request's objects to those of the next in the collector.
  exchange.lifeline.call = undefined
}

/** The next stage is called by its name; the reason says whose wish that was. */
function asEscalated(served: LiveServed): LiveServed {
  const reason = 'escalation_asked'
  const attempts = served.attempts.map((attempt) => ({ ...attempt, reason }) as const)
  const at = served.accepted === undefined ? -1 : served.attempts.indexOf(served.accepted)
  return { ...served, decision: { ...served.decision, reason }, attempts, accepted: attempts[at] }
}

type Headers = FastifyRequest['headers']

/** One call, whose answer flows as it comes. */
function serveRouted(
  { river, upstream }: ChatOptions,
  exchange: Exchange,
  headers: Headers,
): Promise<LiveServed> {
  const { request, lifeline, observation } = exchange
  const extra = selectForUpstream(headers)
  const authorization = keyOf(headers, request.dialect)
  const { forward } = request
  const call: Call<LiveAttempt> = async ({ model, reason }) => {
    const observed = observation?.beginCall?.({ model, purpose: 'answer', reason, headers: extra })
    const sent = observed?.headers ?? extra
    const { body, isRaw, asksUsage } = toSend(exchange, upstream, model)
    const made = await upstream.call({
      model,
      body,
      headers: isRaw ? [...sent, ...nativeHeaders(headers, request.dialect)] : sent,
      lifeline,
      wantsStream: request.wantsStream,
      ...(authorization === undefined ? {} : { authorization }),
      ...(isRaw ? { raw: request.dialect.name } : {}),
      ...(forward === undefined ? {} : { forward }),
    })
    observed?.end(made)
    const attempt = asksUsage ? gate(exchange, made) : made
    return isRaw ? { ...attempt, reason, isRaw } : { ...attempt, reason }
  }
  return serve<LiveAttempt>(river, request, call)
}

interface ToSend extends Outgoing {
  /** True when weir asks for the usage of a stream on the caller's behalf. */
  readonly asksUsage: boolean
}

function toSend({ request, grant }: Exchange, upstream: UpstreamClient, model: string): ToSend {
  const outgoing = bodyFor(request, { upstream, model, allowsRaw: true })
  const asksUsage = grant !== undefined && lacksUsage(request, upstream.get(model))
  if (!asksUsage) return { ...outgoing, asksUsage }
  return { ...outgoing, body: withUsageAsked(outgoing.body, request), asksUsage }
}

function gate(exchange: Exchange, attempt: LiveAttempt): LiveAttempt {
  const upstream = exchange.lifeline.call
  return withoutUsageEvent(attempt, {
    onUsage: (usage) => (exchange.streamUsage = usage),
    abort: () => upstream?.drop(),
  })
}

interface Reading {
  readonly headers: Headers
  readonly policy: Exclude<PolicyName, 'route'>
}

/** Answers are read before they are given; scorers may make calls of their own. */
async function serveReading(
  options: ChatOptions,
  exchange: Exchange,
  { headers, policy }: Reading,
): Promise<LiveServed> {
  const { upstream, external, doubtCut, extraCalls } = options
  const { request, lifeline } = exchange
  const caps = tighten(options.river.caps ?? {}, request.caps)
  const river = { ...options.river, caps }
  const calls = new LiveCalls({
    upstream,
    request,
    lifeline,
    headers: selectForUpstream(headers),
    authorization: keyOf(headers, request.dialect),
    scoring: river.services?.[policy]?.scoring,
    caps,
    doubtCut,
    external,
    observation: exchange.observation,
  })
  exchange.calls = calls
  if (request.wantsStream) exchange.keepAlive = createKeepAlive(options, exchange)
  return extraCalls.run(calls, () => serve<LiveAttempt>(river, request, calls.call))
}

function createKeepAlive({ river, keepAliveMs }: ChatOptions, exchange: Exchange): KeepAlive {
  const { response, id, policy, request } = exchange
  return new KeepAlive({
    response,
    intervalMs: keepAliveMs,
    beat: request.dialect.keepAlive,
    headers: () => {
      const headers = ['x-weir-decision-id', id]
      addIds(headers, id, request.dialect)
      if (policy !== undefined) headers.push('x-weir-policy', policy)
      // Decided again, for the few that wait so long: the decision is not out of serve yet.
      addBeliefHeaders(headers, decide(river, request.query, request.ask))
      return headers
    },
  })
}

/** A request can lower a cap of the configuration, never raise it. */
function tighten(configured: Caps, asked: Caps): Caps {
  return dropUndefined({
    calls: least(configured.calls, asked.calls),
    usd: least(configured.usd, asked.usd),
    ms: least(configured.ms, asked.ms),
  })
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
