/**
 * Chat request -> OpenAI Responses request, for upstreams that speak only that. Nothing is stored (`store: false` unless the caller asks):
 * the conversation is sent whole each time, and the reasoning that belongs to it goes back encrypted.
 *
 * Source: OpenAI's API reference and the types of its official client, November 2026.
 */
import { dropUndefined } from '../record/drop-undefined.ts'
import { asRecord, asRecords, asString, pick, readThinkingBlocks, type Json } from './hub.ts'
import { unsupported, type NativeOptions } from './native.ts'
import { refuseShapes } from './refuse-shapes.ts'

/** Members with the same name and meaning in both. */
const SAME: readonly string[] = [
  'model',
  'stream',
  'temperature',
  'top_p',
  'parallel_tool_calls',
  'metadata',
  'user',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'service_tier',
]

export function toResponses(chat: Json, { maxOutputTokens }: NativeOptions): Json {
  refuseShapes(chat, { logprobs: true })
  if (chat['stop'] !== undefined && chat['stop'] !== null) throw unsupported('stop')
  const messages = asRecords(chat['messages'])
  const effort = chat['reasoning_effort']
  const include = toInclude(chat, messages)
  return {
    ...pick(chat, SAME),
    ...dropUndefined({
      input: messages.flatMap(toItems),
      tools: toTools(chat),
      tool_choice: toToolChoice(chat['tool_choice']),
      max_output_tokens: chat['max_completion_tokens'] ?? chat['max_tokens'] ?? maxOutputTokens,
      reasoning: typeof effort === 'string' ? { effort: effort === 'max' ? 'xhigh' : effort } : undefined,
      text: toText(chat),
      top_logprobs: chat['logprobs'] === true ? (chat['top_logprobs'] ?? 0) : undefined,
      include: include.length === 0 ? undefined : include,
      store: chat['store'] === true,
    }),
  }
}

/** Encrypted reasoning is refused by models that do not reason, so it is asked for only where reasoning was. */
function toInclude(chat: Json, messages: readonly Json[]): readonly string[] {
  const reasons =
    (typeof chat['reasoning_effort'] === 'string' && chat['reasoning_effort'] !== 'none') ||
    messages.some((message) => readThinkingBlocks(message).some(({ provider }) => provider === 'openai'))
  return [
    ...(reasons ? ['reasoning.encrypted_content'] : []),
    ...(chat['logprobs'] === true ? ['message.output_text.logprobs'] : []),
  ]
}

function toItems(message: Json): readonly Json[] {
  const { role, content } = message
  if (role === 'assistant') return assistantItems(message)
  if (role === 'tool') return [toOutput(message)]
  const parts = typeof content === 'string' ? content : asRecords(content).map(toPart)
  return [{ role, content: parts }]
}

function toOutput({ content, tool_call_id: id }: Json): Json {
  const output = typeof content === 'string' ? content : asRecords(content).map(toPart)
  return { type: 'function_call_output', call_id: id, output }
}

function toPart(part: Json): Json {
  switch (part['type']) {
    case 'text':
      return { type: 'input_text', text: part['text'] }
    case 'image_url': {
      const { url, detail } = asRecord(part['image_url'])
      return { type: 'input_image', image_url: url, detail: detail ?? 'auto' }
    }
    case 'file':
      return { type: 'input_file', ...pick(asRecord(part['file']), ['file_id', 'file_data', 'filename']) }
    default:
      throw unsupported(`a part of type "${asString(part['type']).slice(0, 40)}"`)
  }
}

/** Reasoning stands before what it led to. */
function assistantItems(message: Json): readonly Json[] {
  const { content, refusal } = message
  const text =
    typeof content === 'string'
      ? content
      : asRecords(content)
          .map((part) => asString(part['text']))
          .join('')
  const parts = [
    ...(text === '' ? [] : [{ type: 'output_text', text, annotations: [] }]),
    ...(typeof refusal === 'string' && refusal !== '' ? [{ type: 'refusal', refusal }] : []),
  ]
  const calls = asRecords(message['tool_calls']).map(({ id, function: called }) => {
    const { name, arguments: args } = asRecord(called)
    return { type: 'function_call', call_id: id, name, arguments: asString(args) }
  })
  return [
    ...reasoningItems(message),
    ...(parts.length === 0 ? [] : [{ role: 'assistant', content: parts }]),
    ...calls,
  ]
}

function reasoningItems(message: Json): readonly Json[] {
  return readThinkingBlocks(message).flatMap((block) => {
    if (block.provider !== 'openai' || block.type !== 'thinking') return []
    const summary = block.thinking === '' ? [] : [{ type: 'summary_text', text: block.thinking }]
    const id = block.id === undefined ? {} : { id: block.id }
    return [{ type: 'reasoning', ...id, summary, encrypted_content: block.signature }]
  })
}

/** In this dialect a function is strict unless it says otherwise; in chat it is not. */
function toTools(chat: Json): readonly Json[] | undefined {
  const tools = asRecords(chat['tools'])
  if (tools.length === 0) return undefined
  return tools.map((tool) => {
    const { type, function: called, custom } = tool
    if (type === 'custom') return { type, ...asRecord(custom) }
    if (type !== 'function') throw unsupported(`a tool of type "${asString(type).slice(0, 40)}"`)
    const { name, description, parameters, strict } = asRecord(called)
    const described = description === undefined ? {} : { description }
    return { type, name, ...described, parameters: parameters ?? null, strict: strict ?? false }
  })
}

function toToolChoice(choice: unknown): unknown {
  if (typeof choice === 'string') return choice
  const { type, function: called, allowed_tools: allowed } = asRecord(choice)
  if (type === 'function') return { type, name: asRecord(called)['name'] }
  if (type !== 'allowed_tools') return undefined
  const { mode, tools } = asRecord(allowed)
  const named = asRecords(tools).map((tool) => ({
    type: 'function',
    name: asRecord(tool['function'])['name'],
  }))
  return { type, mode, tools: named }
}

function toText(chat: Json): Json | undefined {
  const { type, json_schema: schema } = asRecord(chat['response_format'])
  const format =
    type === 'json_schema' ? { type, ...asRecord(schema) } : typeof type === 'string' ? { type } : undefined
  const text = dropUndefined({ format, verbosity: chat['verbosity'] ?? undefined })
  return Object.keys(text).length === 0 ? undefined : text
}
