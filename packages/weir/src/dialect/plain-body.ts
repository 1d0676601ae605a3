/**
 * Plain body: a chat request without what only the hub carries (see hub.ts), as an OpenAI-compatible server takes it. Proofs of thinking
 * go, its text too: a chat request has no place for either.
 */
import { isRecord } from '@weir/core'
import { asRecords, type Json } from './hub.ts'

const REQUEST: readonly string[] = ['thinking', 'top_k', 'cache_control']
const MESSAGE: readonly string[] = ['reasoning_content', 'thinking_blocks', 'is_error', 'cache_control']
const PART: readonly string[] = ['cache_control']
const TOOL: readonly string[] = ['cache_control']
const CALL: readonly string[] = ['extra_content', 'cache_control']

/** The same object when it holds nothing of the hub's. */
export function plainBody(body: Json): Json {
  const messages = mapList(body['messages'], plainMessage)
  const tools = mapList(body['tools'], (tool) => without(tool, TOOL))
  const effort = body['reasoning_effort'] === 'max' ? { reasoning_effort: 'xhigh' } : {}
  const plain = without(body, REQUEST)
  const isSame = plain === body && messages === body['messages'] && tools === body['tools']
  if (isSame && !('reasoning_effort' in effort)) return body
  return { ...plain, messages, ...(tools === undefined ? {} : { tools }), ...effort }
}

function plainMessage(message: Json): Json {
  const content = mapList(message['content'], (part) => without(part, PART))
  const calls = mapList(message['tool_calls'], (call) => without(call, CALL))
  const plain = without(message, MESSAGE)
  if (plain === message && content === message['content'] && calls === message['tool_calls']) return message
  return {
    ...plain,
    ...(content === undefined ? {} : { content: joinText(content) }),
    ...(calls === undefined ? {} : { tool_calls: calls }),
  }
}

/** Several small servers take no list where a text will do. */
function joinText(content: unknown): unknown {
  const parts = asRecords(content)
  const [only] = parts
  return parts.length === 1 && only?.['type'] === 'text' ? only['text'] : content
}

/** The same array when no element changes. */
function mapList(list: unknown, map: (value: Json) => Json): unknown {
  if (!Array.isArray(list)) return list
  const mapped = list.map((value: unknown) => (isRecord(value) ? map(value) : value))
  return mapped.some((value, i) => value !== list[i]) ? mapped : list
}

function without(value: Json, names: readonly string[]): Json {
  if (!names.some((name) => name in value)) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
}
