/**
 * Anthropic Messages reply -> chat completion: text joined, tool calls, thinking with its signatures, why it stopped, usage with what was
 * cached. An answer made through the tool that stands for a schema becomes text.
 */
import { toAnswerMessage, toCachedUsage } from './chat-answer.ts'
import { asCount, asRecord, asRecords, asString, type Json } from './hub.ts'
import { errorTypeOf, type ReplyContext, type WireError } from './native.ts'

/** Undefined when it is no message. */
export function fromMessage(reply: Json, context: ReplyContext): Json | undefined {
  if (!Array.isArray(reply['content'])) return undefined
  const blocks = asRecords(reply['content'])
  const { stop_reason: stop, stop_sequence: sequence } = reply
  const reason = toFinishReason(stop)
  const message = toMessage(blocks, context)
  const isAnswerTool = reason === 'tool_calls' && message['tool_calls'] === undefined
  return {
    id: asString(reply['id']) || context.id,
    object: 'chat.completion',
    created: context.createdAt,
    model: asString(reply['model']) || context.model,
    choices: [
      {
        index: 0,
        message,
        logprobs: null,
        finish_reason: isAnswerTool ? 'stop' : reason,
        ...(typeof stop === 'string' ? { native_finish_reason: stop } : {}),
        ...(typeof sequence === 'string' ? { stop_sequence: sequence } : {}),
      },
    ],
    usage: toUsage(asRecord(reply['usage'])),
  }
}

function toMessage(blocks: readonly Json[], { answerTool }: ReplyContext): Json {
  const isAnswer = ({ type, name }: Json): boolean => type === 'tool_use' && name === answerTool
  const text = blocks
    .map((block) => {
      if (block['type'] === 'text') return asString(block['text'])
      return isAnswer(block) ? JSON.stringify(block['input'] ?? {}) : ''
    })
    .join('')
  const calls = blocks.filter((block) => block['type'] === 'tool_use' && !isAnswer(block)).map(toToolCall)
  const thinking = blocks.flatMap(toThinkingBlock)
  const reasoning = thinking.map((block) => asString(block['thinking'])).join('')
  return toAnswerMessage({ text, calls, reasoning, thinking })
}

function toToolCall({ id, name, input }: Json): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }
}

function toThinkingBlock({ type, thinking, signature, data }: Json): readonly Json[] {
  if (type === 'redacted_thinking') return [{ type, data, provider: 'anthropic' }]
  if (type !== 'thinking') return []
  return [{ type, thinking: asString(thinking), signature: asString(signature), provider: 'anthropic' }]
}

const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
])

export function toFinishReason(stop: unknown): string {
  return FINISH_REASONS.get(stop) ?? 'stop'
}

export function toUsage(usage: Json): Json {
  const reasoning = asCount(asRecord(usage['output_tokens_details'])['thinking_tokens'])
  return {
    ...toCachedUsage({
      input: asCount(usage['input_tokens']),
      read: asCount(usage['cache_read_input_tokens']),
      written: asCount(usage['cache_creation_input_tokens']),
      hour: asCount(asRecord(usage['cache_creation'])['ephemeral_1h_input_tokens']),
      output: asCount(usage['output_tokens']),
    }),
    ...(reasoning === 0 ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
    ...(typeof usage['service_tier'] === 'string' ? { service_tier: usage['service_tier'] } : {}),
  }
}

const ERROR_TYPES: ReadonlyMap<unknown, string> = new Map([
  ['invalid_request_error', 'invalid_request_error'],
  ['request_too_large', 'invalid_request_error'],
  ['not_found_error', 'invalid_request_error'],
  ['authentication_error', 'authentication_error'],
  ['permission_error', 'authentication_error'],
  ['billing_error', 'insufficient_quota'],
  ['rate_limit_error', 'rate_limit_error'],
])

/** `{"type":"error","error":{"type","message"}}`; Anthropic's own type becomes the code. */
export function toMessagesError(body: unknown, status: number): WireError {
  const { type, message } = asRecord(asRecord(body)['error'])
  return {
    error: {
      message: asString(message) || `the upstream answered status ${status}`,
      type: ERROR_TYPES.get(type) ?? (typeof type === 'string' ? 'server_error' : errorTypeOf(status)),
      param: null,
      code: typeof type === 'string' ? type : null,
    },
  }
}
