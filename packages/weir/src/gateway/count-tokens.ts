/**
 * POST /v1/messages/count_tokens: how long a request is before it is sent. A named model whose upstream counts answers exactly; else, and
 * when that one does not answer, it is an estimate, and the header x-weir-estimated says so. Nothing is recorded: no model is asked.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MESSAGES } from '../dialect/client-messages.ts'
import { estimateTokens } from '../dialect/estimate-tokens.ts'
import type { Lifeline } from '../upstream/client.ts'
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
  const own = optionsFor(options, request)
  const parsed = parse(own, request, MESSAGES)
  // Who may not ask a model may not have it count either; what was reserved is given back, because counting is free.
  admitChat(own, { request, reply, parsed })?.release()
  const exact = await countUpstream(own, request, parsed)
  if (exact !== undefined) return reply.send({ input_tokens: exact })
  const chat = asRecord(parseLoosely(parsed.bytes.toString('utf8')))
  return reply.header('x-weir-estimated', 'true').send({ input_tokens: estimateTokens(chat) })
}

/** Undefined when the upstream does not speak Messages, or gave no count. */
async function countUpstream(
  { upstream }: ChatOptions,
  { headers }: FastifyRequest,
  parsed: ChatRequest,
): Promise<number | undefined> {
  const { ask, dialect } = parsed
  if (ask.kind !== 'model') return undefined
  const { body, isRaw } = bodyFor(parsed, { upstream, model: ask.model, allowsRaw: true })
  if (!isRaw) return undefined
  const authorization = keyOf(headers, dialect)
  const lifeline: Lifeline = { isGone: false, call: undefined }
  const { answer } = await upstream.call({
    model: ask.model,
    body,
    headers: nativeHeaders(headers, dialect),
    lifeline,
    forward: { endpoint: '/messages/count_tokens', contentType: 'application/json' },
    ...(authorization === undefined ? {} : { authorization }),
  })
  if (answer?.kind !== 'whole' || !answer.isJson) {
    lifeline.call?.drop()
    return undefined
  }
  const count = asRecord(parseLoosely(answer.body.toString('utf8')))['input_tokens']
  return typeof count === 'number' ? count : undefined
}
