/**
 * OpenAI Responses reply -> chat completion: messages joined, function calls, reasoning as its summary and, encrypted, to be sent back. What
 * only this dialect has (calls of hosted tools) is passed over.
 */
import { isRecord } from '@weir/core'
import { toAnswerMessage } from './chat-answer.ts'
import { asCount, asRecord, asRecords, asString, type Json } from './hub.ts'
import { errorTypeOf, type ReplyContext, type WireError } from './native.ts'

/** Undefined when it is no response, or one that failed. */
export function fromResponse(reply: Json, context: ReplyContext): Json | undefined {
  if (!Array.isArray(reply['output']) || reply['status'] === 'failed' || isRecord(reply['error']))
    return undefined
  const items = asRecords(reply['output'])
  const calls = items.filter(({ type }) => type === 'function_call').map(toToolCall)
  return {
    id: asString(reply['id']) || context.id,
    object: 'chat.completion',
    created: asCount(reply['created_at']) || context.createdAt,
    model: asString(reply['model']) || context.model,
    choices: [
      {
        index: 0,
        message: toMessage(items, calls),
        logprobs: toLogprobs(items),
        finish_reason: responseFinishReason(reply, calls.length > 0),
      },
    ],
    usage: toResponseUsage(asRecord(reply['usage'])),
    ...(typeof reply['service_tier'] === 'string' ? { service_tier: reply['service_tier'] } : {}),
  }
}

function toMessage(items: readonly Json[], calls: readonly Json[]): Json {
  const parts = items.filter(({ type }) => type === 'message').flatMap(({ content }) => asRecords(content))
  const text = parts.map(({ type, text: said }) => (type === 'output_text' ? asString(said) : '')).join('')
  const refusal = parts.map((part) => asString(part['refusal'])).join('')
  const thinking = items.flatMap(toThinkingBlock)
  const reasoning = items.map(summaryOf).join('')
  return toAnswerMessage({ text, calls, reasoning, thinking, refusal })
}

function toToolCall({ call_id: id, name, arguments: text }: Json): Json {
  return { id, type: 'function', function: { name, arguments: asString(text) } }
}

function summaryOf({ type, summary, content }: Json): string {
  if (type !== 'reasoning') return ''
  const said = asRecords(summary).map(({ text }) => asString(text))
  return (said.length > 0 ? said : asRecords(content).map(({ text }) => asString(text))).join('\n\n')
}

/** Reasoning without its encrypted form cannot be sent back. */
export function toThinkingBlock(item: Json): readonly Json[] {
  const { type, id, encrypted_content: signature } = item
  if (type !== 'reasoning' || typeof signature !== 'string') return []
  return [{ type: 'thinking', thinking: summaryOf(item), signature, provider: 'openai', id }]
}

function toLogprobs(items: readonly Json[]): Json | null {
  const content = items
    .flatMap((item) => asRecords(item['content']))
    .flatMap(({ logprobs }) => asRecords(logprobs))
  return content.length === 0 ? null : { content, refusal: null }
}

export function responseFinishReason(reply: Json, hasCalls: boolean): string {
  const { reason } = asRecord(reply['incomplete_details'])
  if (reason === 'content_filter') return 'content_filter'
  if (reply['status'] === 'incomplete') return 'length'
  return hasCalls ? 'tool_calls' : 'stop'
}

export function toResponseUsage(usage: Json): Json {
  const prompt = asCount(usage['input_tokens'])
  const completion = asCount(usage['output_tokens'])
  const details = asRecord(usage['input_tokens_details'])
  const written = asCount(details['cache_write_tokens'])
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: asCount(details['cached_tokens']),
      ...(written === 0 ? {} : { cache_creation_tokens: written }),
    },
    completion_tokens_details: {
      reasoning_tokens: asCount(asRecord(usage['output_tokens_details'])['reasoning_tokens']),
    },
  }
}

/** An error body as OpenAI writes it, or the error of a response that failed. */
export function toResponseError(body: unknown, status: number): WireError {
  const { error } = asRecord(body)
  const { message, type, code, param } = asRecord(error)
  return {
    error: {
      message: asString(message) || `the upstream answered status ${status}`,
      type: asString(type) || errorTypeOf(status),
      param: typeof param === 'string' ? param : null,
      code: typeof code === 'string' ? code : null,
    },
  }
}
