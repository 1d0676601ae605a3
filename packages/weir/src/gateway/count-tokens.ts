/**
 * POST /v1/messages/count_tokens: how long a request is before it is sent. A model whose upstream counts answers exactly; else it is
 * an estimate, and the header x-weir-estimated says so.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { MESSAGES } from '../dialect/client-messages.ts'
import { estimateTokens } from '../dialect/estimate-tokens.ts'
import { messagesToChat } from '../dialect/client-messages-request.ts'
import { parse, type ChatOptions } from './chat.ts'
import { parseJsonBody } from './chat-request.ts'

/** Throws `request.` errors, as the request itself would. */
export function handleCountTokens(
  options: ChatOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  parse(options, request, MESSAGES)
  const { body } = messagesToChat(parseJsonBody(request.body))
  return reply.header('x-weir-estimated', 'true').send({ input_tokens: estimateTokens(body) })
}
