/**
 * Send stream: an answer that flows to its caller, and its record when it has ended.
 */
import type { Usage } from '@weir/core'
import { readStreamText } from '../record/live-outcome.ts'
import type { StreamAnswer } from '../upstream/answer.ts'
import type { LiveAttempt } from '../upstream/client.ts'
import type { EndKind } from '../upstream/stream-check.ts'
import type { ChatRequest } from './chat-request.ts'
import type { DeliverOptions } from './deliver-options.ts'
import type { Exchange, Given, LiveServed } from './exchange.ts'
import { selectForCaller } from './headers.ts'
import { isUnwatched, keepsText, record } from './record-end.ts'
import { Relay, type RelayEnd } from './relay.ts'
import { addDecision, outcomeComment } from './tell-decision.ts'
import { asChatStream, createTranslator, isForeign } from './translate.ts'

export function sendStream(
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
  const ended = new Promise<RelayEnd>((resolve) => {
    const onEnd = (end: RelayEnd): void => {
      lifeline.call = undefined
      resolve(end)
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
  // Not in the relay's callback: what is thrown there is lost in the HTTP client, and the request would never end.
  return ended.then((end) => recordStream(options, exchange, { served, accepted, answer, end }))
}

function endOf({ forward, dialect }: ChatRequest): EndKind {
  return forward === undefined || forward.endpoint === '/completions' ? dialect.name : 'any'
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
