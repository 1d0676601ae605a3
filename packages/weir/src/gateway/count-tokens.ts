/**
 * POST /v1/messages/count_tokens: how long a request is before it is sent. A named model whose upstream counts answers exactly; else, and
 * when that one does not answer, it is an estimate, and the header x-weir-estimated says so. Observers are told; nothing is recorded and
 * nothing charged: no model is asked.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MESSAGES } from '../dialect/client-messages.ts'
import { estimateTokens } from '../dialect/estimate-tokens.ts'
import type { Observation } from '../telemetry/observer.ts'
import type { Lifeline, LiveAttempt } from '../upstream/client.ts'
import { parseLoosely } from '../upstream/usage.ts'
import { asRecord } from '../dialect/hub.ts'
import { admitChat, optionsFor } from './admission.ts'
import type { ChatRequest } from './chat-request.ts'
import { parse, type ChatOptions } from './chat.ts'
import { keyOf, nativeHeaders } from './client-dialects.ts'
import { bodyFor } from './translate.ts'

/** Throws `request.` errors, as the request itself would. */
export async function handleCountTokens(
  options: ChatOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const startedAtMs = performance.now()
  const own = optionsFor(options, request)
  const parsed = parse(own, request, MESSAGES)
  // Who may not ask a model may not have it count either; what was reserved is given back, because counting is free.
  admitChat(own, { request, reply, parsed })?.release()
  const observation = own.observer?.begin({
    id: request.id,
    dialect: MESSAGES.name,
    startedAtMs,
    policy: undefined,
    ask: parsed.ask,
    wantsStream: false,
    messages: parsed.messages,
    headers: request.headers,
  })
  const lifeline: Lifeline = { isGone: reply.raw.destroyed, call: undefined }
  reply.raw.on('close', () => {
    if (reply.raw.writableFinished) return
    lifeline.isGone = true
    lifeline.call?.drop()
  })
  const { exact, attempt } = await countUpstream(own, request, { parsed, lifeline, observation })
  const durationMs = performance.now() - startedAtMs
  observation?.end({
    decision: undefined,
    attempts: attempt === undefined ? [] : [{ ...attempt, verdict: undefined, isGiven: exact !== undefined }],
    abstained: false,
    error: lifeline.isGone ? 'request.aborted' : undefined,
    status: lifeline.isGone ? undefined : 200,
    overheadMs: durationMs - (attempt?.latencyMs ?? 0),
    headMs: durationMs,
    durationMs,
    text: undefined,
  })
  if (exact !== undefined) return reply.send({ input_tokens: exact })
  const chat = asRecord(parseLoosely(parsed.bytes.toString('utf8')))
  return reply.header('x-weir-estimated', 'true').send({ input_tokens: estimateTokens(chat) })
}

interface Counting {
  readonly parsed: ChatRequest
  readonly lifeline: Lifeline
  readonly observation: Observation | undefined
}

interface Counted {
  /** Undefined when the upstream does not speak Messages, or gave no count. */
  readonly exact?: number
  /** Undefined when it was not asked. */
  readonly attempt?: LiveAttempt
}

async function countUpstream(
  { upstream }: ChatOptions,
  { headers }: FastifyRequest,
  { parsed, lifeline, observation }: Counting,
): Promise<Counted> {
  const { ask, dialect } = parsed
  if (ask.kind !== 'model') return {}
  const { body, isRaw } = bodyFor(parsed, { upstream, model: ask.model, allowsRaw: true })
  if (!isRaw) return {}
  const authorization = keyOf(headers, dialect)
  const own = nativeHeaders(headers, dialect)
  const { model } = ask
  const observed = observation?.beginCall?.({ model, purpose: 'answer', reason: 'model_named', headers: own })
  const attempt = await upstream.call({
    model,
    body,
    headers: observed?.headers ?? own,
    lifeline,
    forward: { endpoint: '/messages/count_tokens', contentType: 'application/json' },
    ...(authorization === undefined ? {} : { authorization }),
  })
  observed?.end(attempt)
  const exact = readCount(attempt, lifeline)
  return exact === undefined ? { attempt } : { exact, attempt }
}

function readCount({ answer }: LiveAttempt, { call }: Lifeline): number | undefined {
  if (answer?.kind !== 'whole' || !answer.isJson) {
    call?.drop()
    return undefined
  }
  const count = asRecord(parseLoosely(answer.body.toString('utf8')))['input_tokens']
  return typeof count === 'number' ? count : undefined
}
