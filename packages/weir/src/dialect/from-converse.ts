/**
 * Converse reply -> chat completion. An answer made through the tool that stands for a schema becomes text.
 */
import { isRecord } from '@weir/core'
import { toAnswerMessage, toCachedUsage } from './chat-answer.ts'
import { asCount, asRecord, asRecords, asString, type Json } from './hub.ts'
import { errorTypeOf, type ReplyContext, type WireError } from './native.ts'

/** Undefined when it is no reply of a model. */
export function fromConverse(reply: Json, context: ReplyContext): Json | undefined {
  const message = asRecord(asRecord(reply['output'])['message'])
  if (!Array.isArray(message['content'])) return undefined
  const blocks = asRecords(message['content'])
  const { stopReason } = reply
  const calls = blocks.flatMap((block) => toToolCall(block, context))
  const reason = converseFinishReason(stopReason)
  return {
    id: context.id,
    object: 'chat.completion',
    created: context.createdAt,
    model: context.model,
    choices: [
      {
        index: 0,
        message: toMessage(blocks, { calls, context }),
        logprobs: null,
        finish_reason: reason === 'tool_calls' && calls.length === 0 ? 'stop' : reason,
        ...(typeof stopReason === 'string' ? { native_finish_reason: stopReason } : {}),
      },
    ],
    usage: toConverseUsage(asRecord(reply['usage'])),
  }
}

interface MessageNeeds {
  readonly calls: readonly Json[]
  readonly context: ReplyContext
}

function toMessage(blocks: readonly Json[], { calls, context }: MessageNeeds): Json {
  const text = blocks
    .map((block) => {
      if (typeof block['text'] === 'string') return block['text']
      const { name, input } = asRecord(block['toolUse'])
      return name !== undefined && name === context.answerTool ? JSON.stringify(input ?? {}) : ''
    })
    .join('')
  const thinking = blocks.flatMap(toThinkingBlock)
  const reasoning = thinking.map((block) => asString(block['thinking'])).join('')
  return toAnswerMessage({ text, calls, reasoning, thinking })
}

function toToolCall({ toolUse }: Json, { answerTool }: ReplyContext): readonly Json[] {
  if (!isRecord(toolUse) || toolUse['name'] === answerTool) return []
  const { toolUseId: id, name, input } = toolUse
  return [{ id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } }]
}

function toThinkingBlock({ reasoningContent }: Json): readonly Json[] {
  const { reasoningText, redactedContent: data } = asRecord(reasoningContent)
  const provider = 'bedrock'
  if (typeof data === 'string') return [{ type: 'redacted_thinking', data, provider }]
  if (!isRecord(reasoningText)) return []
  const { text, signature } = reasoningText
  return [{ type: 'thinking', thinking: asString(text), signature: asString(signature), provider }]
}

const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['content_filtered', 'content_filter'],
  ['guardrail_intervened', 'content_filter'],
])

export function converseFinishReason(stop: unknown): string {
  return FINISH_REASONS.get(stop) ?? 'stop'
}

export function toConverseUsage(usage: Json): Json {
  const hour = asRecords(usage['cacheDetails'])
    .filter(({ ttl }) => ttl === '1h')
    .reduce((sum, { inputTokens }) => sum + asCount(inputTokens), 0)
  return toCachedUsage({
    input: asCount(usage['inputTokens']),
    read: asCount(usage['cacheReadInputTokens']),
    written: asCount(usage['cacheWriteInputTokens']),
    hour,
    output: asCount(usage['outputTokens']),
  })
}

/** `{"message"}`, with a capital in some services. */
export function toConverseError(body: unknown, status: number): WireError {
  const { message, Message, __type: type } = asRecord(body)
  return {
    error: {
      message: asString(message) || asString(Message) || `the upstream answered status ${status}`,
      type: errorTypeOf(status),
      param: null,
      code: typeof type === 'string' ? (type.split('#').at(-1) ?? type) : null,
    },
  }
}
