/**
 * Deliver: how each end of a request reaches the caller (a whole answer, a stream, no answer, a declined one) and the store.
 */
import type { ErrorCode, River, Usage } from '@weir/core'
import type { Grant } from '../access/access.ts'
import { readResponseText, readStreamText } from '../record/live-outcome.ts'
import type { OutcomeStore } from '../record/store.ts'
import type { Log } from '../telemetry/log.ts'
import type { Observer } from '../telemetry/observer.ts'
import type { Answer, StreamAnswer, WholeAnswer } from '../upstream/answer.ts'
import type { LiveAttempt, UpstreamClient } from '../upstream/client.ts'
import type { EndKind } from '../upstream/stream-check.ts'
import { parseLoosely, readUsage, withoutText } from '../upstream/usage.ts'
import { priceChat, priceOne, type AccessOptions } from './admission.ts'
import { chargeOf } from './charge.ts'
import type { ChatRequest } from './chat-request.ts'
import { abstentionBody, type Abstention } from './abstain.ts'
import { addIds, sendError, type Exchange, type LiveServed } from './exchange.ts'
import { explain } from './explain.ts'
import { countTries, toTold } from './failure.ts'
import { addDecisionHeaders, selectForCaller } from './headers.ts'
import { observeEnd } from './observe.ts'
import { totalsOf } from './path-totals.ts'
import { Relay, type RelayEnd } from './relay.ts'
import { spliceMember } from './rewrite.ts'
import type { Sessions } from './sessions.ts'
import { endAttempts, type Ended, type Ending, type RowParts } from './row.ts'
import { toRowText, type EndedParts } from './row-text.ts'
import {
  asChatStream,
  asCompletion,
  createTranslator,
  isForeign,
  toRefusal,
  toStreamText,
  toWhole,
} from './translate.ts'

export interface DeliverOptions {
  /** Absent: callers are not authenticated. */
  readonly auth?: AccessOptions
  readonly river: River
  readonly upstream: UpstreamClient
  readonly log: Log
  readonly now: () => Date
  readonly store?: OutcomeStore
  readonly storesText: boolean
  /** Present when the prices of both models say what leaving a prompt cache costs. */
  readonly sessions?: Sessions
  readonly abstain: Abstention
  /** Undefined: nobody observes. */
  readonly observer?: Observer
}

/** Ends when the last byte is sent, or when it is clear that it never will be. */
export function deliver(
  options: DeliverOptions,
  exchange: Exchange,
  served: LiveServed,
): Promise<void> | void {
  const { lifeline, calls } = exchange
  const { accepted, attempts, abstained } = served
  calls?.cancel(attempts.filter((one) => one !== accepted))
  if (abstained && !lifeline.isGone) return sendAbstention(options, exchange, served)
  const answer = lifeline.isGone ? undefined : answerOf(exchange, accepted)
  if (accepted === undefined || answer === undefined) return sendFailure(options, exchange, served)
  const given: Given<Answer> = { served, accepted, answer }
  if (isStream(given)) return sendStream(options, exchange, given)
  if (isWhole(given)) sendWhole(options, exchange, given)
}

/** Undefined when none was accepted, and when the accepted draft was closed before it was whole. */
function answerOf({ calls }: Exchange, accepted: LiveAttempt | undefined): Answer | undefined {
  if (accepted === undefined || calls?.isCancelled(accepted) === true) return undefined
  return accepted.pick?.(accepted.best ?? 0) ?? accepted.answer
}

interface Given<A extends Answer> {
  readonly served: LiveServed
  readonly accepted: LiveAttempt
  readonly answer: A
}

function isStream(given: Given<Answer>): given is Given<StreamAnswer> {
  return given.answer.kind === 'stream'
}

function isWhole(given: Given<Answer>): given is Given<WholeAnswer> {
  return given.answer.kind === 'whole'
}

/** No model answered: a typed error. After a second attempt the official clients are told not to try again: we just did. */
function sendFailure(options: DeliverOptions, exchange: Exchange, served: LiveServed): void {
  const { attempts, decision } = served
  const { code, status, headers } = toTold(attempts)
  const tried = attempts.flatMap(({ error }) => error?.message ?? []).join('; ')
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
  record(options, exchange, { served: { ...served, accepted: undefined }, error: code })
}

/** An answer was there and is not good enough: the caller is told, in the way that the configuration says. */
function sendAbstention(options: DeliverOptions, exchange: Exchange, served: LiveServed): void {
  const { abstain, log, now } = options
  exchange.capture?.spoil()
  const headers: string[] = []
  const overheadMs = addDecision(headers, exchange, served)
  log.info('gateway.abstained', { requestId: exchange.id, model: served.attempts.at(-1)?.model ?? '' })
  if (abstain.message === undefined) {
    const message =
      'the answer was read and is too likely to be wrong: none is given; rephrase, or ask a model by its name'
    sendError(exchange, { code: 'pool.abstained', message, status: abstain.status }, headers)
  } else {
    const body = abstentionBody({ id: exchange.id, message: abstain.message, createdAt: now() })
    headers.push('content-type', 'application/json')
    sendBody(exchange, {
      served,
      now,
      overheadMs,
      body: Buffer.from(JSON.stringify(body)),
      status: 200,
      headers,
      isMade: true,
    })
  }
  record(options, exchange, { served, error: abstain.message === undefined ? 'pool.abstained' : undefined })
}

/** The whole body in one write, also an error of the upstream that is the caller's to solve. */
function sendWhole(
  options: DeliverOptions,
  exchange: Exchange,
  { served, accepted, answer }: Given<WholeAnswer>,
): void {
  const isAnswered = answer.status < 300
  const headers = selectForCaller(answer.headers)
  const overheadMs = addDecision(headers, exchange, served)
  const { body, status, isJson } = answer
  const isMade = accepted.pick !== undefined
  const isForeignToCaller = isForeign(exchange, accepted)
  sendBody(exchange, {
    served,
    now: options.now,
    overheadMs,
    body,
    status,
    headers,
    isMade,
    isOther: !isJson,
    isRaw: !isForeignToCaller,
  })
  if (isUnwatched(options, exchange)) return
  const isKept = keepsText(options, exchange)
  const json = isJson ? parseLoosely(isKept ? body.toString('utf8') : withoutText(body)) : undefined
  record(options, exchange, {
    served,
    ending: {
      latencyMs: accepted.latencyMs ?? 0,
      usage: usageTold(exchange, json),
      text: isKept ? readResponseText(asCompletion(answer, json)) : undefined,
      status: isAnswered ? undefined : status,
    },
  })
}

/** Where no answer in tokens is asked for, what the prompt took is all that was used. */
function usageTold({ request }: Exchange, json: unknown): Usage | undefined {
  const usage = readUsage(json)
  if (request.wire.maxOutputTokens !== 0 || usage?.inputTokens === undefined) return usage
  return { outputTokens: 0, ...usage }
}

interface Body {
  readonly served: LiveServed
  readonly now: () => Date
  readonly overheadMs: number
  readonly body: Buffer
  readonly status: number
  readonly headers: string[]
  /** True when weir made the body or chose among several: a caller who asked for a stream gets one made of it. */
  readonly isMade: boolean
  /** True when it is no completion but an error of the upstream. */
  readonly isOther?: boolean
  /** True when the body is in the caller's dialect already. Default false: it is chat's. */
  readonly isRaw?: boolean
}

function sendBody(exchange: Exchange, parts: Body): void {
  const { response, keepAlive } = exchange
  const { served, body, now, headers } = parts
  if (keepAlive?.stop() === true) {
    response.end(outcomeComment(exchange, served) + toEvents(exchange, parts))
    return
  }
  if (isToBeStreamed(exchange, parts)) {
    const text = Buffer.from(toStreamText(exchange, body, now()))
    response.writeHead(parts.status, [
      ...withoutType(headers),
      'content-type',
      'text/event-stream; charset=utf-8',
    ])
    response.end(text)
    return
  }
  const { whole, status } = toOne(exchange, parts)
  headers.push('content-length', String(whole.length))
  response.writeHead(status, headers)
  response.end(whole)
}

/** Also what an upstream sent whole although a stream was asked for, where it has to be translated anyway. */
function isToBeStreamed({ request }: Exchange, { isMade, isOther = false, isRaw = false }: Body): boolean {
  return request.wantsStream && !isOther && (isMade || (!isRaw && request.dialect.translation !== undefined))
}

interface One {
  readonly whole: Buffer
  readonly status: number
}

/** The body in the caller's dialect. */
function toOne(exchange: Exchange, parts: Body): One {
  const { id, request } = exchange
  const { served, overheadMs, body, status, now, isOther = false, isRaw = false } = parts
  if (isOther) {
    if (isRaw) return { whole: body, status }
    const own = request.dialect.statusOf(status)
    return { whole: toRefusal(exchange, body, own), status: own }
  }
  const own = isRaw ? body : toWhole(exchange, body, now())
  const isExplained = request.wantsExplanation
  return { whole: isExplained ? spliceMember(own, 'weir', explain({ id, served, overheadMs })) : own, status }
}

/** Behind keep-alives everything is an event. */
function toEvents(exchange: Exchange, { body, status, now, isOther = false }: Body): string {
  if (!isOther) return toStreamText(exchange, body, now())
  const { dialect } = exchange.request
  return dialect.toErrorEvent(toRefusal(exchange, body, dialect.statusOf(status)).toString('utf8'))
}

function withoutType(headers: readonly string[]): string[] {
  return headers.filter((_, i) => headers[i - (i % 2)] !== 'content-type')
}

function sendStream(
  options: DeliverOptions,
  exchange: Exchange,
  { served, accepted, answer }: Given<StreamAnswer>,
): Promise<void> {
  const { response, lifeline, keepAlive, request } = exchange
  const { model } = accepted
  const headers = selectForCaller(answer.headers)
  addDecision(headers, exchange, served)
  if (keepAlive?.stop() === true) response.write(outcomeComment(exchange, served))
  else response.writeHead(answer.status, headers)
  return new Promise((resolve) => {
    const onEnd = (end: RelayEnd): void => {
      lifeline.call = undefined
      recordStream(options, exchange, { served, accepted, answer, end })
      resolve()
    }
    const upstream = lifeline.call
    const isTranslated = answer.isEvents && isForeign(exchange, accepted)
    const relay = new Relay({
      answer,
      response,
      model,
      id: exchange.id,
      dialect: request.dialect,
      end: endOf(request),
      translator: isTranslated ? createTranslator(exchange, options.now()) : undefined,
      abort: () => upstream?.drop(),
      keepsText: keepsText(options, exchange),
      onEnd,
    })
    lifeline.call = {
      drop() {
        upstream?.drop()
        relay.drop()
      },
    }
    relay.start()
  })
}

function endOf({ forward, dialect }: ChatRequest): EndKind {
  return forward === undefined || forward.endpoint === '/completions' ? dialect.name : 'any'
}

/** What the headers would have said, in a comment that clients pass over. Its one line holds no name that could break it: JSON escapes them. */
function outcomeComment(
  { id }: Exchange,
  { decision, attempts, accepted, acceptReason, abstained }: LiveServed,
): string {
  const { calls, costUsd } = totalsOf(attempts)
  const said = {
    decisionId: id,
    model: accepted?.model ?? null,
    reason: accepted?.reason ?? decision.reason,
    accept: acceptReason,
    abstained,
    attempts: attempts.length,
    calls,
    costUsd: costUsd ?? null,
  }
  return `: weir ${JSON.stringify(said)}\n\n`
}

interface Streamed {
  readonly served: LiveServed
  readonly accepted: LiveAttempt
  readonly answer: StreamAnswer
  readonly end: RelayEnd
}

function recordStream(
  options: DeliverOptions,
  exchange: Exchange,
  { served, accepted, answer, end }: Streamed,
): void {
  const { model, startedAtMs } = accepted
  const { error, usage, text } = end
  if (error !== undefined) exchange.capture?.spoil()
  if (error !== undefined && error.code !== 'request.aborted') {
    options.log.warn('gateway.stream_failed', { requestId: exchange.id, code: error.code, model })
  }
  if (isUnwatched(options, exchange)) return
  record(options, exchange, {
    served,
    error: error?.code,
    ending: {
      latencyMs: performance.now() - startedAtMs,
      usage: usageOf(accepted) ?? usage() ?? tappedUsage(exchange),
      text: text === undefined ? undefined : readStreamText(asChatStream(answer, text)),
      error: error?.code,
    },
  })
}

/** Of a stream of another dialect, of all its events, and where the caller did not ask for the usage event. */
function usageOf({ answer }: LiveAttempt): Usage | undefined {
  return answer?.kind === 'stream' ? answer.usage?.() : undefined
}

/** Of a stream whose usage weir took out. */
function tappedUsage({ calls, streamUsage }: Exchange): Usage | undefined {
  return calls?.streamUsage ?? streamUsage
}

/** Returns our own time so far: since the request was read, minus the waiting for upstreams. */
export function addDecision(headers: string[], exchange: Exchange, served: LiveServed): number {
  const { id, startedAtMs, policy, calls, request } = exchange
  const { decision, attempts, accepted, acceptReason, abstained } = served
  const waitedMs = calls === undefined ? sumLatencies(attempts) : calls.waitedMs
  const latencyMs = performance.now() - startedAtMs
  const overheadMs = Math.max(0, latencyMs - waitedMs)
  const told = accepted ?? attempts.at(-1)
  const totals = calls === undefined ? undefined : totalsOf(attempts)
  exchange.headMs = latencyMs
  exchange.overheadMs = overheadMs
  addIds(headers, id, request.dialect)
  exchange.grant?.addHeaders(headers)
  addDecisionHeaders(headers, {
    id,
    decision,
    policy,
    model: told?.model ?? decision.model,
    reason: told?.reason ?? decision.reason,
    acceptReason,
    abstained,
    attempts: attempts.length,
    overheadMs,
    tries: countTries(attempts),
    ...(totals === undefined ? {} : { totals, latencyMs }),
  })
  return overheadMs
}

function sumLatencies(attempts: readonly LiveAttempt[]): number {
  let sum = 0
  for (const { latencyMs = 0 } of attempts) sum += latencyMs
  return sum
}

export interface Recorded {
  readonly served: LiveServed
  readonly ending?: Ending
  /** What the caller was told, or what broke its stream off. */
  readonly error?: ErrorCode | undefined
}

function isUnwatched({ store }: DeliverOptions, { observation, grant, sessionKey }: Exchange): boolean {
  return store === undefined && observation === undefined && grant === undefined && sessionKey === undefined
}

/** Each model that answered holds what it was sent and gave. */
function remember(
  { sessions }: DeliverOptions,
  key: string,
  { served, ending }: Pick<RowParts, 'served' | 'ending'>,
): void {
  for (const attempt of served.attempts) {
    const usage = attempt === served.accepted ? (attempt.usage ?? ending?.usage) : attempt.usage
    if (attempt.error !== undefined || usage === undefined) continue
    const { model, reason } = attempt
    sessions?.remember(key, { model, usage, isStay: reason === 'cache_warm' })
  }
}

function keepsText({ storesText }: DeliverOptions, { observation }: Exchange): boolean {
  return storesText || observation?.readsText === true
}

function record(options: DeliverOptions, exchange: Exchange, { served, ending, error }: Recorded): void {
  if (isUnwatched(options, exchange)) return
  const { store, storesText, now, upstream } = options
  const { id, request, escalatedFrom, observation, grant } = exchange
  const messages = storesText && request.forward === undefined ? request.messages : undefined
  const definitionOf = (model: string): ReturnType<UpstreamClient['get']> => upstream.get(model)
  if (exchange.sessionKey !== undefined) remember(options, exchange.sessionKey, { served, ending })
  const key = grant?.keyId
  const dialect = request.dialect.name
  const own = { id, servedAt: now(), served, ending, definitionOf, messages, escalatedFrom, dialect, key }
  const parts: EndedParts = { ...own, ended: endAttempts(own) }
  if (grant !== undefined) settle(options, exchange, { grant, attempts: parts.ended })
  store?.append(toRowText(parts))
  if (observation !== undefined) observeEnd(exchange, parts, error)
}

interface Settled {
  readonly grant: Grant
  readonly attempts: readonly Ended[]
}

/** What the request cost goes to its key's account. */
function settle(
  { auth, river, upstream }: DeliverOptions,
  { request }: Exchange,
  { grant, attempts }: Settled,
): void {
  if (auth === undefined) return grant.release()
  grant.settle(
    chargeOf(attempts, () => {
      const priced = priceChat(river, request)
      const one = { ...priced, samples: 1 }
      return {
        mostUsd: (model) => priceOne(upstream.get(model), one, auth),
        inputTokens: priced.inputTokens,
        outputTokens: priced.outputTokens ?? auth.assumedOutputTokens,
      }
    }),
  )
}
