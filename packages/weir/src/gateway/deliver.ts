/**
 * Deliver: how each end of a request reaches the caller (a whole answer, a stream, no answer, a declined one) and the store.
 */
import type { Usage } from '@weir/core'
import { readResponseText } from '../record/live-outcome.ts'
import type { Answer, StreamAnswer, WholeAnswer } from '../upstream/answer.ts'
import type { LiveAttempt } from '../upstream/client.ts'
import { parseLoosely, readUsage, withoutText } from '../upstream/usage.ts'
import { abstentionBody } from './abstain.ts'
import type { DeliverOptions } from './deliver-options.ts'
import { sendError, type Exchange, type Given, type LiveServed } from './exchange.ts'
import { toTold } from './failure.ts'
import { selectForCaller } from './headers.ts'
import { isUnwatched, keepsText, record } from './record-end.ts'
import { sendBody } from './send-body.ts'
import { sendStream } from './send-stream.ts'
import { addDecision } from './tell-decision.ts'
import { asCompletion, isForeign } from './translate.ts'

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
